import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NUMBERS } from "../../bluetooth/_constants.ts";
import type { Address } from "../../core/address.ts";
import {
  BLUETOOTH_PROTOCOLS,
  SOCKADDR_HCI,
  SOCKADDR_L2,
  SOCKADDR_RC,
  SOCKADDR_SCO,
} from "../../ffi/families/bluetooth.ts";
import { decodeSockaddr, encodeSockaddr } from "../../ffi/families/sockaddr.ts";
import { bluetooth } from "../../mod.ts";
import { checkByRunning, GCC, numberClaims, structClaims } from "../ffi/_c_program.ts";
import { testWith } from "../_tools.ts";

const STRUCTS = {
  sockaddr_l2: SOCKADDR_L2,
  sockaddr_rc: SOCKADDR_RC,
  sockaddr_sco: SOCKADDR_SCO,
  sockaddr_hci: SOCKADDR_HCI,
};

function hasHeaders(): string | undefined {
  try {
    Deno.statSync("/usr/include/bluetooth/bluetooth.h");
  } catch {
    return "libbluetooth-dev is not installed";
  }
}

testWith(
  { tools: ["gcc"], other: hasHeaders },
  "constants and layouts are what BlueZ's headers say",
  async () => {
    const claims = [
      ...numberClaims({ ...NUMBERS, ...BLUETOOTH_PROTOCOLS }),
      ...structClaims(STRUCTS),
      { label: "l2cap_options", expression: "sizeof(struct l2cap_options)", value: 12 },
      { label: "bt_security", expression: "sizeof(struct bt_security)", value: 2 },
    ];
    const headers = ["sys/socket.h", "bluetooth/bluetooth.h", "bluetooth/l2cap.h"];
    headers.push("bluetooth/rfcomm.h", "bluetooth/sco.h", "bluetooth/hci.h");
    const { wrong, unknown } = await checkByRunning(GCC, headers, claims);
    assertEquals(wrong, []);
    // Newer than, or not in, some BlueZ's headers for programs.
    const absent = ["HCI_CHANNEL_LOGGING", "HCI_CHANNEL_USER", "BTPROTO_ISO"];
    assertEquals(unknown.filter((label) => !absent.includes(label)), []);
  },
);

testWith({}, "Bluetooth addresses survive the way to the kernel and back", () => {
  const address = "00:AA:01:02:03:FF";
  const cases: [Address, number][] = [
    [
      { family: "bluetooth", kind: "l2cap", address, psm: 0x1001, cid: 4, addressType: "lePublic" },
      0,
    ],
    [{ family: "bluetooth", kind: "rfcomm", address, channel: 7 }, 3],
    [{ family: "bluetooth", kind: "sco", address }, 2],
    [{ family: "bluetooth", kind: "iso", address, addressType: "leRandom" }, 8],
    [{ family: "bluetooth", kind: "hci", device: 0xffff, channel: 3 }, 1],
  ];
  for (const [given, protocol] of cases) {
    const bytes = encodeSockaddr(given, "connect");
    assertEquals(decodeSockaddr(bytes, bytes.length, undefined, 0, protocol), given);
  }
  assertEquals(encodeSockaddr(cases[0][0], "bind").toHex(), "1f000110ff03020" + "1aa0004000100");
});

testWith({}, "what is no Bluetooth address, or lacks what its kind needs, is refused", async () => {
  const address = "00:AA:01:02:03:FF";
  const refused: [object, typeof TypeError | typeof RangeError, string][] = [
    [{ kind: "l2cap", address: "00:AA" }, TypeError, "address"],
    [{ kind: "l2cap", address, channel: 1 }, TypeError, "channel"],
    [{ kind: "rfcomm", address, channel: 31 }, RangeError, "channel"],
    [{ kind: "avdtp", address }, TypeError, "kind"],
    [{ kind: "l2cap", address, addressType: "le" }, TypeError, "addressType"],
    [{ kind: "sco", address, psm: 1 }, TypeError, "psm"],
  ];
  for (const [fields, Class, word] of refused) {
    const given = { family: "bluetooth", ...fields } as Address;
    assertThrows(() => encodeSockaddr(given, "bind"), Class, word);
  }
  await assertRejects(() => bluetooth.listen({ kind: "rfcomm" }), TypeError, "channel");
  await assertRejects(() => bluetooth.connect({ kind: "l2cap", address }), TypeError, "psm");
  await assertRejects(
    () => bluetooth.connect({ kind: "rfcomm", address, chanel: 1 } as never),
    TypeError,
    "chanel",
  );
  assertThrows(() => bluetooth.BT_SECURITY.codec.encode({ level: 5 }), RangeError);
});
