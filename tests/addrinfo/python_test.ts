import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import {
  allHints,
  type Answer,
  type Case,
  denoIn,
  matrix,
  ourAnswers,
  pythonAnswers,
  type Surroundings,
} from "./_tools.ts";

/** Names as the tests want them, and no server to ask. */
const AROUND: Surroundings = {
  network: true,
  etc: {
    "nsswitch.conf": "hosts: files\nservices: files\nprotocols: files\n",
    "hosts": [
      "127.0.0.1 localhost",
      "::1 localhost ip6-localhost",
      "192.0.2.1 www.example.test www alias",
      "192.0.2.2 www.example.test",
      "2001:db8::1 www.example.test www",
      "192.0.2.9 four.example.test four",
      "2001:db8::9 six.example.test six",
      "fe80::9%lo scoped",
      "",
    ].join("\n"),
  },
};

const NUMERIC_HOSTS = [
  "127.0.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "224.0.0.1",
  "::1",
  "::",
  "2001:db8::1",
  "2001:DB8:0:0::0001",
  "::ffff:192.0.2.1",
  "::192.0.2.1",
  "ff02::1",
  "fe80::1",
  "fe80::1%lo",
  "fe80::1%1",
  "fe80::1%no-such-if0",
  "2001:db8::1%1",
  "127.1",
  "0x7f.1",
  "2130706433",
  "0177.0.0.1",
  "*",
  "",
  null,
];
const NAMES = [
  "localhost",
  "LocalHost",
  "localhost.",
  "www.example.test",
  "www",
  "alias",
  "four",
  "six",
  "scoped",
  "no-such-host.invalid",
  "1.2.3.4.5",
  "256.1.1.1",
  "::g",
  "[::1]",
  "a b",
  "192.0.2.1 ",
  "-",
];
const SERVICES = [
  null,
  0,
  80,
  65535,
  "443",
  "0080",
  "",
  "http",
  "https",
  "domain",
  "ntp",
  "nosuchservice",
];

function assertSame(cases: Case[], ours: Answer[], python: Answer[]): void {
  assertEquals(ours.length, cases.length);
  assertEquals(python.length, cases.length);
  const kinds = new Set<string>();
  for (let i = 0; i < cases.length; i++) {
    assertEquals(ours[i], python[i], JSON.stringify(cases[i]));
    kinds.add(typeof python[i] === "string" ? python[i] as string : "found");
  }
  // A matrix in which everything fails would prove nothing.
  for (const kind of ["found", "EAI_NONAME", "EAI_SERVICE", "EAI_SOCKTYPE", "EAI_ADDRFAMILY"]) {
    assert(kinds.has(kind), `no case ends with ${kind}: ${[...kinds]}`);
  }
}

testWith(
  { tools: ["python3"] },
  "getAddrInfo() answers as CPython's for addresses in text",
  async () => {
    const cases = matrix(NUMERIC_HOSTS, SERVICES, allHints());
    assertSame(cases, await ourAnswers(cases), await pythonAnswers(cases));
  },
);

testWith(
  { tools: ["python3", "unshare", "mount"], root: true, netns: true },
  "getAddrInfo() answers as CPython's for names, under a hosts file of the test",
  async () => {
    const cases = matrix([...NAMES, "127.0.0.1", null], SERVICES, allHints());
    const ours = await denoIn<Answer[]>(AROUND, "_child_answers.ts", [], JSON.stringify(cases));
    assertSame(cases, ours, await pythonAnswers(cases, AROUND));
  },
);
