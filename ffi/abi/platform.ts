/**
 * Which of the supported platforms is this, and where its libc may be.
 *
 * @module
 */

/** The platforms the libc engine has tables for. */
export type PlatformName =
  | "linux-x86_64-glibc"
  | "linux-x86_64-musl"
  | "linux-aarch64-glibc"
  | "linux-aarch64-musl";

/** A platform that the libc engine knows. */
export interface Platform {
  /** The key of its tables. */
  readonly name: PlatformName;
  /** The processor architecture. */
  readonly arch: "x86_64" | "aarch64";
  /** The C library that this Deno runs on. */
  readonly libc: "glibc" | "musl";
  /**
   * The name that the loaded libc is known by. Under an unscoped `--allow-ffi` it finds the libc of
   * this very process wherever the distribution keeps it; a path-scoped grant cannot name it.
   */
  readonly soname: string;
  /** Absolute paths where distributions keep it, for a path-scoped `--allow-ffi=PATH`. */
  readonly paths: readonly string[];
}

/** What {@linkcode detectPlatform} looks at; a part of `Deno.build`. */
export interface BuildInfo {
  /** The operating system, `"linux"`. */
  readonly os: string;
  /** The architecture, `"x86_64"`. */
  readonly arch: string;
  /** The target triple that Deno was built for, `"x86_64-unknown-linux-gnu"`. */
  readonly target: string;
}

/** Debian's multiarch, then the lib64 of Fedora and SUSE, then Arch, Gentoo and the like. */
const GLIBC_PATHS: Readonly<Record<Platform["arch"], readonly string[]>> = {
  x86_64: [
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "/lib64/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    "/lib/libc.so.6",
  ],
  aarch64: [
    "/lib/aarch64-linux-gnu/libc.so.6",
    "/usr/lib/aarch64-linux-gnu/libc.so.6",
    "/lib64/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    "/lib/libc.so.6",
  ],
};

/**
 * Tells which platform this is. Needs no permission: Deno is linked to one libc, and its build
 * target names it (a glibc build on Alpine runs on the glibc it brought along).
 *
 * @param build What to judge (default: `Deno.build`).
 * @returns The platform.
 * @throws {Deno.errors.NotSupported} If it is not Linux on x86-64 or aarch64; names what it is.
 */
export function detectPlatform(build: BuildInfo = Deno.build): Platform {
  const { os, arch, target } = build;
  if (os !== "linux" || (arch !== "x86_64" && arch !== "aarch64")) {
    throw new Deno.errors.NotSupported(
      `Cannot use the libc engine: it knows Linux on x86_64 and aarch64, and this is ${os} on ${arch}`,
    );
  }
  const musl = target.includes("musl");
  return {
    name: `linux-${arch}-${musl ? "musl" : "glibc"}`,
    arch,
    libc: musl ? "musl" : "glibc",
    soname: musl ? `libc.musl-${arch}.so.1` : "libc.so.6",
    paths: musl
      ? [`/lib/libc.musl-${arch}.so.1`, `/lib/ld-musl-${arch}.so.1`, "/usr/lib/libc.so"]
      : GLIBC_PATHS[arch],
  };
}
