/**
 * Which processes have a socket open: /proc has the sockets of each by inode (`man 5 proc`).
 *
 * @module
 */

/** A process that has a socket open. */
export interface Owner {
  /** The process. */
  readonly pid: number;
  /** Its name. */
  readonly name: string;
  /** The descriptor. */
  readonly fd: number;
}

/** The owners by inode, of all processes that may be looked into; none without the permission to. */
export function socketOwners(): Map<number, Owner[]> {
  const owners = new Map<number, Owner[]>();
  for (const pid of numbersIn("/proc")) {
    let name: string | undefined;
    for (const fd of numbersIn(`/proc/${pid}/fd`)) {
      const inode = inodeOf(`/proc/${pid}/fd/${fd}`);
      if (inode === undefined) continue;
      name ??= nameOf(pid);
      const owner = { pid, name, fd };
      const list = owners.get(inode);
      if (list === undefined) owners.set(inode, [owner]);
      else list.push(owner);
    }
  }
  return owners;
}

function numbersIn(folder: string): number[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => +name).filter(Number.isInteger);
  } catch {
    return []; // gone, not ours, or without the permission
  }
}

function inodeOf(link: string): number | undefined {
  try {
    const match = /^socket:\[(\d+)\]$/.exec(Deno.readLinkSync(link));
    return match === null ? undefined : +match[1];
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trim();
  } catch {
    return "";
  }
}
