import { assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { denoIn } from "./_tools.ts";

testWith(
  { tools: ["unshare", "mount", "ip"], root: true, netns: true },
  "tcp.createConnection() on libc tries all addresses of a name by Happy Eyeballs",
  async (t) => {
    const got = await denoIn<Record<string, unknown>>({
      network: true,
      mostSeconds: 45,
      etc: {
        "gai.conf": "",
        "nsswitch.conf": "hosts: files\n",
        "hosts": [
          "127.0.0.1 localhost dual.test both.test",
          "::1 both.test",
          "2001:db8::2 dual.test",
          "2001:db8::3 dead.test",
          "",
        ].join("\n"),
      },
      // 2001:db8::2 and ::3 take every packet and answer none.
      setup: [
        "ip link add he0 type veth peer name he1",
        "ip addr add 2001:db8::1/64 dev he0 nodad",
        "ip link set he0 up",
        "ip link set he1 up",
        "ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev he0",
        "ip neigh add 2001:db8::3 lladdr 02:00:00:00:00:03 dev he0",
      ],
    }, "_child_connection.ts");
    await t.step("the dead address comes first", () => {
      assertEquals(got.order, ["2001:db8::2", "127.0.0.1"]);
    });
    await t.step("the next is tried after the delay, and wins", () => {
      assertEquals(got.dead, { remote: "127.0.0.1", local: "127.0.0.1" });
    });
    await t.step("a refusal is followed by the next attempt at once", () => {
      assertEquals(got.refused, { remote: "127.0.0.1", local: "127.0.0.1" });
    });
    await t.step("all errors are gathered, with the code they share", () => {
      assertEquals(got.all, {
        name: "ConnectionRefused",
        code: "ECONNREFUSED",
        errors: ["ECONNREFUSED [::1]:1", "ECONNREFUSED 127.0.0.1:1"],
      });
    });
    await t.step("localAddress picks the family and the source", () => {
      assertEquals(got.local, { remote: "127.0.0.1", local: "127.0.0.9" });
    });
    await t.step("a localAddress of another family is refused", () => {
      assertEquals(got.foreign, { name: "TypeError" });
    });
    await t.step("timeoutMs ends the attempts", () => {
      assertEquals(got.late, { name: "TimeoutError" });
    });
    await t.step("an unknown name is EAI_NONAME", () => {
      assertEquals(got.unknown, { name: "AddrInfoError", code: "EAI_NONAME" });
    });
    await t.step("losers are closed: nothing is still connecting, no socket is left", () => {
      assertEquals([got.connecting, got.leaked], [0, 0]);
    });
  },
);
