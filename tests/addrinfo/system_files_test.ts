import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import {
  type Answer,
  type Case,
  denoIn,
  pythonAnswers,
  run,
  runIn,
  type Surroundings,
} from "./_tools.ts";
import { getAddrInfo } from "../../addrinfo/mod.ts";

const NEEDS = { tools: ["python3", "unshare", "mount", "ip"], root: true, netns: true };

const HOSTS = [
  "127.0.0.1 localhost",
  "::1 localhost",
  "192.0.2.1 both.test",
  "2001:db8::1 both.test",
  "10.0.0.1 private.test",
  "192.0.2.2 private.test",
  "",
].join("\n");

/** Addresses of both families, of which the machine has some of its own: RFC 6724 has a choice. */
const NETWORK = [
  "ip addr add 192.0.2.100/24 dev lo",
  "ip addr add 2001:db8::100/64 dev lo nodad",
];

function around(etc: Record<string, string | null>): Surroundings {
  return {
    network: true,
    etc: { "nsswitch.conf": "hosts: files\nservices: files\n", "hosts": HOSTS, ...etc },
    setup: NETWORK,
  };
}

function hostsOf(answer: Answer): unknown[] {
  assert(typeof answer !== "string", `${answer}`);
  return answer.map((row) => row[4]);
}

async function bothAnswers(cases: Case[], place: Surroundings): Promise<Answer[]> {
  const ours = await denoIn<Answer[]>(place, "_child_answers.ts", [], JSON.stringify(cases));
  assertEquals(ours, await pythonAnswers(cases, place));
  return ours;
}

const STREAM: Case[] = [["both.test", 80, { type: "stream" }]];

testWith(NEEDS, "gai.conf decides the order of the families", async () => {
  const [first] = await bothAnswers(STREAM, around({ "gai.conf": "" }));
  assertEquals(hostsOf(first), ["2001:db8::1", "192.0.2.1"]);
  const [second] = await bothAnswers(
    STREAM,
    around({ "gai.conf": "precedence ::ffff:0:0/96 100\n" }),
  );
  assertEquals(hostsOf(second), ["192.0.2.1", "2001:db8::1"]);
});

testWith(NEEDS, "nsswitch.conf decides whether the hosts file is read", async () => {
  const [none] = await bothAnswers(
    STREAM,
    around({ "nsswitch.conf": "hosts: dns\n", "resolv.conf": "nameserver 127.0.0.1\n" }),
  );
  assertEquals(none, "EAI_AGAIN");
});

testWith(NEEDS, "addrConfig leaves out the family that the machine has no address of", async () => {
  const place = around({});
  const [both] = await bothAnswers(
    [["both.test", 80, { type: "stream", addrConfig: true }]],
    { ...place, setup: ["ip addr add 192.0.2.100/24 dev lo"] },
  );
  assertEquals(hostsOf(both), ["192.0.2.1"]);
});

testWith(NEEDS, "v4Mapped makes IPv6 addresses of IPv4 ones, all adds them", async () => {
  const cases: Case[] = [
    ["private.test", 80, { type: "stream", family: "inet6" }],
    ["private.test", 80, { type: "stream", family: "inet6", v4Mapped: true }],
    ["both.test", 80, { type: "stream", family: "inet6", v4Mapped: true, all: true }],
  ];
  const [none, mapped, all] = await bothAnswers(cases, around({}));
  assertEquals(none, "EAI_NONAME");
  assertEquals([...hostsOf(mapped)].sort(), ["::ffff:10.0.0.1", "::ffff:192.0.2.2"]);
  assertEquals([...hostsOf(all)].sort(), ["2001:db8::1", "::ffff:192.0.2.1"]);
});

testWith(NEEDS, "idn encodes a name that is not ASCII, as CPython does", async () => {
  const place = around({
    "hosts": "192.0.2.5 xn--mnchen-3ya.test\n192.0.2.6 xn--fsq.xn--0zwm56d\n",
  });
  const names = ["münchen.test", "MÜNCHEN.test", "例.测试", "例。测试"];
  const cases = (idn: boolean): Case[] =>
    names.map((name) => [name, 80, { type: "stream", ...(idn && { idn }) }]);
  const input = JSON.stringify([...cases(true), ...cases(false)]);
  const ours = await denoIn<Answer[]>(place, "_child_answers.ts", [], input);
  // CPython encodes by itself (IDNA 2003, the same for these names) and needs no flag.
  const theirs = await pythonAnswers(cases(false), place);
  assertEquals(ours.slice(0, 4), theirs);
  assertEquals(ours.slice(0, 4).map(hostsOf), [["192.0.2.5"], ["192.0.2.5"], ["192.0.2.6"], [
    "192.0.2.6",
  ]]);
  assertEquals(ours.slice(4), names.map(() => "EAI_NONAME"));
});

testWith(NEEDS, "idn refuses what is no name, and leaves ASCII as it is", async () => {
  const place = around({ "hosts": "192.0.2.5 UPPER.test\n" });
  const idn = { type: "stream", idn: true } as const;
  const cases: Case[] = [
    ["ü/x.test", 80, idn],
    ["ü:80", 80, idn],
    ["a@ü.test", 80, idn],
    ["xn--ü.test", 80, idn],
    ["UPPER.test", 80, idn],
  ];
  const got = await denoIn<Answer[]>(place, "_child_answers.ts", [], JSON.stringify(cases));
  assertEquals(got.slice(0, 4), Array.from({ length: 4 }, () => "EAI_IDN_ENCODE"));
  assertEquals(hostsOf(got[4]), ["192.0.2.5"]);
});

testWith(NEEDS, "getNameInfo() decodes a name with idn", async () => {
  const place = around({ "hosts": "192.0.2.5 xn--mnchen-3ya.test\n" });
  const code = `
    import { getNameInfo } from "${new URL("../../addrinfo/mod.ts", import.meta.url)}";
    const address = { hostname: "192.0.2.5", port: 80 };
    const hosts = [];
    for (const idn of [true, false]) hosts.push((await getNameInfo(address, { idn })).host);
    console.log(JSON.stringify(hosts));`;
  const printed = await runIn(place, Deno.execPath(), ["run", "-A", "--no-check", "-"], code);
  assertEquals(JSON.parse(printed), ["münchen.test", "xn--mnchen-3ya.test"]);
});

testWith(NEEDS, "getAddrInfo() gives what getent ahosts prints", async () => {
  const place = around({});
  const names = ["both.test", "private.test", "localhost", "192.0.2.5", "2001:db8::5"];
  const asked = ([
    ["ahosts", undefined],
    ["ahostsv4", "inet"],
    ["ahostsv6", "inet6"],
  ] as const).flatMap(([database, family]) =>
    names.filter((name) => database !== "ahostsv4" || !name.includes(":"))
      .map((name) => ({ database, family, name }))
  );
  // getent asks with these hints (its own source): mapped addresses for IPv6, if it must.
  const cases: Case[] = asked.map(({ family, name }) => [name, null, {
    ...{ family, addrConfig: true, canonicalName: true, v4Mapped: family === "inet6" },
  }]);
  const answers = await denoIn<Answer[]>(place, "_child_answers.ts", [], JSON.stringify(cases));
  const script = asked.map(({ database, name }) => `getent ${database} ${name}; echo --`);
  const printed = (await runIn(place, "sh", ["-c", script.join("\n")])).split("--\n");
  asked.forEach(({ database, name }, i) => {
    const lines = printed[i].trim() === "" ? [] : printed[i].trim().split("\n");
    const answer = answers[i];
    const ours = typeof answer === "string" ? [] : answer.map((row) => {
      const type = ["STREAM", "DGRAM", "RAW"][Number(row[1]) - 1];
      return [row[4], type, ...(row[3] === "" ? [] : [row[3]])].join(" ");
    });
    const theirs = lines.map((line) => line.trim().split(/\s+/).join(" "));
    assertEquals(ours, theirs, `${database} ${name}`);
  });
});

testWith(
  { tools: ["getent"] },
  "getAddrInfo() of localhost gives what getent ahosts prints here",
  async () => {
    const lines = (await run("getent", ["ahosts", "localhost"])).trim().split("\n");
    const ours = await getAddrInfo("localhost", null, { addrConfig: true, canonicalName: true });
    assertEquals(
      ours.map(({ address }) => address.hostname),
      lines.map((line) => line.split(/\s+/)[0]),
    );
  },
);

testWith(NEEDS, "without /etc/services the common services are known all the same", async () => {
  const place = around({ "services": null, "protocols": null });
  const cases: Case[] = [
    ["192.0.2.1", "http", {}],
    ["192.0.2.1", "https", { type: "stream" }],
    ["private.test", "domain", { family: "inet" }],
    ["192.0.2.1", "ntp", { type: "stream" }],
    ["192.0.2.1", "no-such-service", {}],
    ["192.0.2.1", "http", { numericService: true }],
  ];
  const [http, https, domain, ntp, unknown, numeric] = await denoIn<Answer[]>(
    place,
    "_child_answers.ts",
    [],
    JSON.stringify(cases),
  );
  assertEquals(http, [[2, 1, 6, "", "192.0.2.1", 80]]);
  assertEquals(https, [[2, 1, 6, "", "192.0.2.1", 443]]);
  assertEquals(
    (domain as unknown[][]).map((row) => [row[1], row[2], row[5]]),
    [[1, 6, 53], [2, 17, 53], [1, 6, 53], [2, 17, 53]],
  );
  assertEquals(ntp, "EAI_SERVICE");
  assertEquals(unknown, "EAI_SERVICE");
  assertEquals(numeric, "EAI_NONAME");
  // libc alone knows none of them there.
  assertEquals((await pythonAnswers(cases, place)).slice(0, 3), [
    "EAI_SERVICE",
    "EAI_SERVICE",
    "EAI_SERVICE",
  ]);
});
