/** The grants that the permission table is tried under, and the hosts that they are for. */

/** The hosts that CI tries, and those of the whole table. */
export const HOSTS = ["127.0.0.1", "localhost"];
export const MORE_HOSTS = ["127.0.0.2", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "127.1.2.3"];
/** The grants of CI: DIR is a folder of the run's own. */
export const GRANTS: readonly string[][] = [
  [],
  ["--allow-net"],
  ["--allow-net=127.0.0.1"],
  ["--allow-net=127.0.0.1:9"],
  ["--allow-net=127.0.0.1:0"],
  ["--allow-net=localhost"],
  ["--allow-net=localhost:9"],
  ["--allow-net=0.0.0.0"],
  ["--allow-net", "--deny-net=127.0.0.1"],
  ["--allow-net", "--deny-net=127.0.0.1:9"],
  ["--allow-net", "--deny-net=localhost"],
  ["--allow-net=localhost", "--deny-net=127.0.0.1,[::1]"],
  ["--allow-net", "--deny-net=192.0.2.1"],
  ["--allow-read", "--allow-write"],
  ["--allow-net", "--allow-read=DIR", "--allow-write=DIR"],
  ["--allow-net", "--allow-read", "--allow-write"],
  ["--allow-net=unix:DIR/s", "--allow-read", "--allow-write"],
  ["--allow-net", "--allow-read", "--allow-write", "--deny-write=DIR"],
  ["--allow-net", "--deny-net=unix:DIR/s", "--allow-read", "--allow-write"],
  ["--allow-sys"],
  ["--allow-sys=networkInterfaces", "--allow-net"],
  ["--allow-sys", "--deny-sys=hostname", "--allow-env"],
];
export const MORE_GRANTS: readonly string[][] = [
  ["--allow-net=[::1]"],
  ["--allow-net=[::1]:9,127.0.0.1:9"],
  ["--allow-net=127.0.0.2,127.0.0.1:0"],
  ["--allow-net=[::ffff:127.0.0.1]"],
  ["--allow-net=[::]"],
  ["--allow-net", "--deny-net=[::1]"],
  ["--allow-net", "--deny-net=0.0.0.0"],
  ["--allow-net=127.0.0.0/8"],
  ["--allow-net", "--allow-read=DIR/s", "--allow-write=DIR/s"],
  ["--allow-net", "--allow-read", "--allow-write", "--deny-read=DIR"],
  ["--allow-net", "--allow-write"],
  ["--allow-sys=hostname"],
  ["--allow-all", "--deny-net=127.0.0.1"],
  ["--allow-all"],
];
