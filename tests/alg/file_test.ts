/** Files by the kernel's crypto without a copy, against WebCrypto and CPython of the same bytes. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AF_ALG, alg, isSocketError, SOCK_SEQPACKET, socket, socketPair } from "../../mod.ts";
import { libc } from "../../ffi/abi/library.ts";
import { ScriptedLibc } from "../ffi/_scripted.ts";
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
const CONTENT = Uint8Array.from({ length: 700_001 }, (_, i) => i * 7 + (i >> 8) * 3);
/** Parts of it that begin and end within pages and blocks, at their edges, and beyond the end. */
const PARTS = [
  {},
  { count: 0 },
  { count: 1 },
  { count: 65_536 },
  { offset: 1 },
  { offset: 4096, count: 131_072 },
  { offset: 100, count: 300_000 },
  { offset: 65_535, count: 2 },
  { offset: 700_000 },
  { offset: 700_001 },
  { offset: 600_000, count: 1 << 30 },
];

function part({ offset = 0, count = Infinity }: { offset?: number; count?: number }) {
  return CONTENT.slice(offset, Math.min(CONTENT.length, offset + count));
}

async function sha256(data: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();
}

async function fileOf(content: Uint8Array): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, content);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

async function joined(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of parts) all.push(part.slice());
  return await new Blob(all).bytes();
}

testWith(
  here,
  "a file is hashed as WebCrypto hashes its bytes, and none of them is sent",
  async () => {
    await using file = await fileOf(CONTENT);
    const before = openFds();
    using hash = await alg.openHash({ name: "sha256" });
    using scripted = new ScriptedLibc();
    for (const asked of PARTS) {
      const expected = part(asked);
      assertEquals(await hash.updateFile(file.path, asked), expected.length, JSON.stringify(asked));
      assertEquals((await hash.digest()).toHex(), await sha256(expected), JSON.stringify(asked));
    }
    assert(scripted.count("splice") >= 2 * PARTS.length - 3);
    assertEquals([scripted.count("send"), scripted.count("sendmsg")], [0, 0]);
    // Bytes before, between and after, in the order they are asked for.
    await Promise.all([
      hash.update(CONTENT.subarray(0, 3)),
      hash.updateFile(new URL(`file://${file.path}`), { offset: 3, count: 100_000 }),
      hash.update(CONTENT.subarray(100_003, 100_010)),
      hash.updateFile(file.path, { offset: 100_010 }),
    ]);
    assertEquals((await hash.digest()).toHex(), await sha256(CONTENT));
    hash.close();
    await assertFds(before);
  },
);

testWith(here, "an open file is copied, a descriptor and a pipe go by the kernel", async () => {
  await using file = await fileOf(CONTENT);
  using hash = await alg.openHash({ name: "sha256" });
  using open = await Deno.open(file.path);
  await open.seek(17, Deno.SeekMode.Start);
  assertEquals(await hash.updateFile(open, { offset: 5 }), CONTENT.length - 5);
  assertEquals(await open.seek(0, Deno.SeekMode.Current), 17);
  assertEquals((await hash.digest()).toHex(), await sha256(CONTENT.slice(5)));
  const fd = libc().open(new TextEncoder().encode(`${file.path}\0`), 0);
  await hash.updateFile(fd);
  libc().close(fd);
  assertEquals((await hash.digest()).toHex(), await sha256(CONTENT));
  const ends = new Int32Array(2);
  libc().pipe2(ends, 0);
  const hashing = hash.updateFile(ends[0]);
  for (const word of ["ab", "c"]) {
    libc().write(ends[1], new TextEncoder().encode(word), word.length);
  }
  libc().close(ends[1]);
  assertEquals(await hashing, 3);
  assertEquals((await hash.digest()).toHex().slice(0, 8), "ba7816bf");
  libc().close(ends[0]);
  // What no call can splice is read and sent: files of proc say that they are empty.
  await hash.updateFile("/proc/self/limits");
  const limits = await Deno.readFile("/proc/self/limits");
  assertEquals((await hash.digest()).toHex(), await sha256(limits));
});

testWith(
  here,
  "a file through a cipher is what WebCrypto makes of it, whatever its length",
  async () => {
    await using file = await fileOf(CONTENT);
    const raw = CONTENT.slice(0, 16);
    const iv = CONTENT.slice(50, 66);
    const key = await crypto.subtle.importKey("raw", raw, "AES-CTR", false, ["encrypt"]);
    using ctr = alg.openCipher({ name: "ctr(aes)", key: raw });
    using scripted = new ScriptedLibc();
    for (const asked of PARTS) {
      const expected = await crypto.subtle.encrypt(
        { name: "AES-CTR", counter: iv, length: 128 },
        key,
        part(asked),
      );
      const sealed = await joined(ctr.encryptFile(file.path, { iv, ...asked }));
      assert(sealed.toHex() === new Uint8Array(expected).toHex(), JSON.stringify(asked));
    }
    assert(scripted.count("splice") > PARTS.length);
    using cbc = alg.openCipher({ name: "cbc(aes)", key: raw });
    const blocks = { offset: 33, count: 500_000 };
    const sealed = await joined(cbc.encryptFile(file.path, { iv, ...blocks }));
    assert(sealed.toHex() === (await cbc.encrypt(part(blocks), { iv })).toHex());
    await using sealedFile = await fileOf(sealed);
    using open = await Deno.open(sealedFile.path);
    for (const what of [sealedFile.path, open]) {
      assert((await joined(cbc.decryptFile(what, { iv }))).toHex() === part(blocks).toHex());
    }
  },
);

testWith(
  { kernel: lacksAlg, tools: ["python3"] },
  "CPython's hashlib and its own AF_ALG socket have the same digest of a file",
  async () => {
    await using file = await fileOf(CONTENT);
    const { stdout } = await new Deno.Command(PYTHON, {
      args: [
        "-c",
        "import hashlib, os, socket, sys\n" +
        "print(hashlib.blake2b(open(sys.argv[1], 'rb').read()).hexdigest())\n" +
        "s = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)\n" +
        "s.bind(('hash', 'sha3-256')); op, _ = s.accept()\n" +
        "op.sendall(open(sys.argv[1], 'rb').read()); print(op.recv(32).hex())",
        file.path,
      ],
    }).output();
    const ours: string[] = [];
    for (const name of ["blake2b-512", "sha3-256"]) {
      using hash = await alg.openHash({ name });
      await hash.updateFile(file.path);
      ours.push((await hash.digest()).toHex());
    }
    assertEquals(ours, new TextDecoder().decode(stdout).trim().split("\n"));
  },
);

testWith(
  here,
  "an operation by hand takes a file; its end is told, or that more comes",
  async () => {
    await using file = await fileOf(CONTENT);
    using transform = alg.bind({ type: "hash", name: "sha256" });
    using operation = await transform.accept();
    assertEquals(await operation.sendFile(file.path), CONTENT.length);
    assertEquals((await operation.recv({ size: 32 })).toHex(), await sha256(CONTENT));
    await operation.sendFile(file.path, { count: 10, more: true });
    await operation.send(CONTENT.subarray(10));
    assertEquals((await operation.recv({ size: 32 })).toHex(), await sha256(CONTENT));
  },
);

testWith(
  here,
  "a cipher whose output nobody takes is full: the send of a file can end early",
  async () => {
    await using file = await fileOf(CONTENT);
    using transform = alg.bind({ type: "skcipher", name: "ecb(aes)", key: CONTENT.slice(0, 16) });
    using operation = await transform.accept();
    const control = alg.operationControl({ operation: "encrypt" });
    await operation.send(new Uint8Array(0), { control, flags: 0x8000 });
    const error = await assertRejects(() => operation.sendFile(file.path, { timeoutMs: 20 }));
    const { bytesSent } = error as { bytesSent?: number };
    assert(error instanceof DOMException && bytesSent! > 0 && bytesSent! < CONTENT.length);
    // Nothing is lost, nothing goes twice.
    let got = 0;
    const rest = operation.sendFile(file.path, { offset: bytesSent, count: 699_984 - bytesSent! });
    const out: Uint8Array<ArrayBuffer>[] = [];
    while (got < 699_984) {
      const piece = await operation.recv({ size: 65_536 });
      out.push(piece.slice());
      got += piece.length;
    }
    assertEquals(await rest, 699_984 - bytesSent!);
    using ecb = alg.openCipher({ name: "ecb(aes)", key: CONTENT.slice(0, 16) });
    const expected = await ecb.encrypt(CONTENT.slice(0, 699_984));
    assert((await new Blob(out).bytes()).toHex() === expected.toHex());
  },
);

testWith(
  here,
  "reading a file through a cipher can be given up, and leaves nothing open",
  async () => {
    await using file = await fileOf(CONTENT);
    const before = openFds();
    using cipher = alg.openCipher({ name: "ctr(aes)", key: new Uint8Array(16) });
    const iv = new Uint8Array(16);
    for await (const piece of cipher.encryptFile(file.path, { iv })) {
      assert(piece.length > 0);
      break;
    }
    const controller = new AbortController();
    const reason = new Error("enough");
    const reading = cipher.encryptFile(file.path, { iv, signal: controller.signal });
    await reading.next();
    controller.abort(reason);
    assert(await joined(reading).catch((error) => error) === reason);
    using hash = await alg.openHash({ name: "sha256" });
    const stopped = hash.updateFile(file.path, { signal: AbortSignal.abort(reason) });
    assert(await stopped.catch((error) => error) === reason);
    assertThrows(() => cipher.encryptFile("", { iv }), TypeError, "path");
    assertThrows(() => cipher.encryptFile(file.path, { offset: -1 }), RangeError);
    const refuse = cipher.encryptFile as (...args: unknown[]) => unknown;
    assertThrows(() => refuse(file.path, { more: true }), TypeError, "more");
    await assertRejects(() => hash.updateFile(`${file.path}.none`), Deno.errors.NotFound);
    const [a, b] = socketPair();
    await assertRejects(() => hash.updateFile(a.fd), TypeError, "socket");
    a.close();
    b.close();
    hash.close();
    cipher.close();
    await assertFds(before);
  },
);

testWith(
  { kernel: lacksAlg, tools: ["python3"] },
  "akcipher is no type of this kernel's sockets: ENOENT to CPython and to us, which says so",
  async () => {
    // The kernel has RSA itself; what is missing is a module that hands it out (crypto/Kconfig has
    // CRYPTO_USER_API_HASH, _SKCIPHER, _RNG and _AEAD).
    const { stdout } = await new Deno.Command(PYTHON, {
      args: [
        "-c",
        "import socket\ns = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)\n" +
        "try: s.bind(('akcipher', 'rsa'))\nexcept OSError as e: print(e.errno)",
      ],
    }).output();
    const theirs = new TextDecoder().decode(stdout).trim();
    const error = assertThrows(() => alg.bind({ type: "akcipher", name: "rsa" }));
    assert(isSocketError(error, "ENOENT"), String(error));
    assert(error.message.includes("algif_akcipher"), error.message);
    assertEquals(theirs, String(error.errno));
  },
);
