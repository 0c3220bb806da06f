/** The kernel's crypto against WebCrypto and CPython, which has sockets of this family too. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AF_ALG, alg, isSocketError, SOCK_SEQPACKET, socket } from "../../mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { assertFds, openFds, PYTHON, testWith } from "../_tools.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

/** Whether the kernel has the family, without loading anything of ours. */
function lacksAlg(): string | undefined {
  try {
    socket(AF_ALG, SOCK_SEQPACKET).close();
  } catch (error) {
    if (isSocketError(error, "EAFNOSUPPORT")) return "this kernel has no af_alg";
    throw error;
  }
}

const here = { kernel: lacksAlg };
const withPython = { kernel: lacksAlg, tools: ["python3"] };
const ENCODER = new TextEncoder();

function pattern(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => i * 7 + seed + (i >> 8));
}

async function python(cases: object[]): Promise<string[]> {
  const child = new Deno.Command(PYTHON, {
    args: [new URL("_peer.py", import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(ENCODER.encode(JSON.stringify(cases)));
  await writer.close();
  const { success, stdout } = await child.output();
  assert(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

testWith(here, "a kernel hash equals WebCrypto's, whatever the parts", async () => {
  const data = pattern(200_003);
  for (const [name, web] of [["sha1", "SHA-1"], ["sha256", "SHA-256"], ["sha512", "SHA-512"]]) {
    using hash = await alg.openHash({ name });
    for (const cut of [0, 63, 65_536, 131_072]) {
      await hash.update(data.subarray(0, cut));
      await hash.update(data.subarray(cut));
      const expected = new Uint8Array(await crypto.subtle.digest(web, data));
      assertEquals((await hash.digest()).toHex(), expected.toHex(), `${name} cut at ${cut}`);
    }
    const empty = new Uint8Array(await crypto.subtle.digest(web, new Uint8Array(0)));
    assertEquals(await hash.digest(), empty);
  }
});

testWith(here, "a keyed hash equals WebCrypto's HMAC", async () => {
  const raw = pattern(40);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["sign"]);
  using hmac = await alg.openHash({ name: "hmac(sha256)", key: raw });
  for (const size of [0, 1, 1000, 100_000]) {
    const data = pattern(size, 3);
    await hmac.update(data);
    const expected = new Uint8Array(await crypto.subtle.sign("HMAC", key, data));
    assertEquals((await hmac.digest()).toHex(), expected.toHex(), `${size} bytes`);
  }
});

testWith(here, "ciphers equal WebCrypto's, also beyond the kernel's room", async () => {
  const raw = pattern(16);
  const iv = pattern(16, 9);
  for (const size of [16, 4096, 65_536, 300_000 & ~15]) {
    const data = pattern(size);
    const cbcKey = await crypto.subtle.importKey("raw", raw, "AES-CBC", false, ["encrypt"]);
    using cbc = alg.openCipher({ name: "cbc(aes)", key: raw });
    const padded = new Uint8Array(
      await crypto.subtle.encrypt({ name: "AES-CBC", iv }, cbcKey, data),
    );
    // WebCrypto pads by a block, the kernel by none.
    const sealed = await cbc.encrypt(data, { iv });
    assertEquals(sealed, padded.subarray(0, size));
    assertEquals(await cbc.decrypt(sealed, { iv }), data);
  }
  const ctrKey = await crypto.subtle.importKey("raw", raw, "AES-CTR", false, ["encrypt"]);
  using ctr = alg.openCipher({ name: "ctr(aes)", key: raw });
  const data = pattern(100_001);
  const expected = await crypto.subtle.encrypt(
    { name: "AES-CTR", counter: iv, length: 128 },
    ctrKey,
    data,
  );
  assertEquals(await ctr.encrypt(data, { iv }), new Uint8Array(expected));
});

testWith(here, "AEAD equals WebCrypto's, and a changed message is EBADMSG", async () => {
  const raw = pattern(16);
  const iv = pattern(12, 5);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  using gcm = alg.openAead({ name: "gcm(aes)", key: raw });
  for (const [size, extra] of [[0, 0], [1, 0], [100, 20], [0, 7], [100_000, 33]]) {
    const data = pattern(size);
    const associatedData = pattern(extra, 8);
    const expected = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: associatedData },
      key,
      data,
    );
    const sealed = await gcm.encrypt(data, { iv, associatedData });
    assertEquals(sealed, new Uint8Array(expected), `${size} and ${extra} bytes`);
    assertEquals(await gcm.decrypt(sealed, { iv, associatedData }), data);
    sealed[0] ^= 1;
    const error = await assertRejects(() => gcm.decrypt(sealed, { iv, associatedData }));
    assert(isSocketError(error, "EBADMSG"), String(error));
  }
  await assertRejects(() => gcm.decrypt(new Uint8Array(15), { iv }), RangeError, "tag");
  const large = await assertRejects(() => gcm.encrypt(new Uint8Array(4 << 20), { iv }));
  assert(isSocketError(large, "EMSGSIZE"), String(large));
});

testWith(withPython, "the same operations give CPython the same bytes", async () => {
  const key = pattern(32);
  const iv = pattern(16, 4);
  const data = pattern(1024);
  const hex = { key: key.toHex(), iv: iv.toHex(), data: data.toHex() };
  const theirs = await python([
    { type: "hash", name: "sha3-256", data: hex.data },
    { type: "hash", name: "hmac(sha512)", key: hex.key, data: hex.data },
    { type: "skcipher", name: "xts(aes)", op: "encrypt", size: 1024, ...hex },
    { type: "skcipher", name: "cbc(aes)", op: "decrypt", size: 1024, ...hex },
    {
      ...{ type: "aead", name: "gcm(aes)", op: "encrypt", size: 1024 + 12, tag: 12, assoc: 16 },
      ...hex,
      iv: hex.iv.slice(0, 24),
    },
  ]);
  using sha3 = await alg.openHash({ name: "sha3-256" });
  await sha3.update(data);
  using hmac = await alg.openHash({ name: "hmac(sha512)", key });
  await hmac.update(data);
  using xts = alg.openCipher({ name: "xts(aes)", key });
  using cbc = alg.openCipher({ name: "cbc(aes)", key });
  using gcm = alg.openAead({ name: "gcm(aes)", key, tagBytes: 12 });
  const associatedData = data.subarray(0, 16);
  const sealed = await gcm.encrypt(data.subarray(16), { iv: iv.subarray(0, 12), associatedData });
  const ours = [
    await sha3.digest(),
    await hmac.digest(),
    await xts.encrypt(data, { iv }),
    await cbc.decrypt(data, { iv }),
    new Uint8Array([...associatedData, ...sealed]),
  ];
  assertEquals(ours.map((bytes) => bytes.toHex()), theirs);
});

testWith(here, "generators are read to any length, and seeded", async () => {
  using random = await alg.openRandom();
  const first = await random.read(1000);
  assertEquals(first.length, 1000);
  assert(new Set(first).size > 100);
  assert(first.toHex() !== (await random.read(1000)).toHex());
  await assertRejects(() => random.read(0), RangeError, "count");
});

testWith(here, "an algorithm that is not there, a missing or a wrong key are told", async () => {
  const none = assertThrows(() => alg.bind({ type: "hash", name: "no-such-hash" }));
  assert(isSocketError(none, "ENOENT"), String(none));
  assert(none.message.includes("algif_hash"), none.message);
  const type = assertThrows(() => alg.bind({ type: "akcipher", name: "rsa" }));
  assert(isSocketError(type, "ENOENT"), String(type));
  const key = assertThrows(() => alg.openCipher({ name: "cbc(aes)", key: new Uint8Array(5) }));
  assert(isSocketError(key, "EINVAL"), String(key));
  const error = await assertRejects(async () => {
    using hash = await alg.openHash({ name: "hmac(sha256)" });
    await hash.update(pattern(3));
  });
  assert(isSocketError(error, "ENOKEY"), String(error));
});

testWith(here, "operations of one key run side by side, and none leaves a descriptor", async () => {
  const before = openFds();
  using cipher = alg.openCipher({ name: "cbc(aes)", key: pattern(32) });
  const iv = pattern(16);
  const messages = Array.from({ length: 50 }, (_, i) => pattern(16 * (i + 1), i));
  const sealed = await Promise.all(messages.map((data) => cipher.encrypt(data, { iv })));
  const opened = await Promise.all(sealed.map((data) => cipher.decrypt(data, { iv })));
  assertEquals(opened, messages);
  await assertRejects(() => cipher.encrypt(pattern(17), { iv }));
  cipher.close();
  await assertRejects(() => cipher.encrypt(pattern(16), { iv }));
  await assertFds(before);
});

testWith(
  here,
  "the endpoint tells its algorithm; the bare socket works by the same address",
  async () => {
    using transform = alg.bind({ type: "hash", name: "md5" });
    assertEquals(transform.localAddr, { family: "alg", type: "hash", name: "md5" });
    using operation = await transform.accept();
    assertEquals(operation.remoteAddr, { family: "alg", type: "hash", name: "md5" });
    using bare = socket(AF_ALG, SOCK_SEQPACKET);
    bare.bind({ family: "alg", type: "hash", name: "md5" });
    const [connection] = await bare.accept();
    await connection.send(ENCODER.encode("abc"));
    assertEquals((await connection.recv(16)).toHex(), "900150983cd24fb0d6963f7d28e17f72");
    connection.close();
  },
);

testWith(here, "a receive that waits for more input can be cancelled", async () => {
  using transform = alg.bind({ type: "skcipher", name: "cbc(aes)", key: pattern(16) });
  using operation = await transform.accept();
  await assertRejects(() => operation.recv({ timeoutMs: 20 }), DOMException);
  const control = alg.operationControl({ operation: "encrypt", iv: new Uint8Array(16) });
  await operation.send(new Uint8Array(16), { control });
  assertEquals((await operation.recv({ size: 16 })).length, 16);
});
