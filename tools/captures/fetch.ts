/** The captures in the source packages of tcpdump, libpcap and wireshark, downloaded once. */

import { cached, output } from "../vm/cache.ts";

const PACKAGES = ["libpcap", "tcpdump", "wireshark"];
const PATTERNS = ["*.pcap", "*.pcapng", "*.cap", "*.pcap.gz", "*.pcapng.gz", "*.cap.gz"];

/** The folder of the captures, whose first folder names the package. */
export async function captureFolder(): Promise<string> {
  return await cached(`captures-${await suite()}`, async (folder) => {
    const sources = `${folder}/sources`;
    // Lists and archives of its own: the machine's are left alone, and need no deb-src line.
    for (const list of ["lists/partial", "archives/partial"]) {
      await Deno.mkdir(`${sources}/${list}`, { recursive: true });
    }
    await Deno.writeTextFile(
      `${sources}/list.sources`,
      `Types: deb-src\nURIs: http://deb.debian.org/debian\nSuites: ${await suite()}\n` +
        "Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
    );
    const options = Object.entries({
      "Dir::Etc::sourcelist": `${sources}/list.sources`,
      "Dir::Etc::sourceparts": "-",
      "Dir::State::lists": `${sources}/lists`,
      "Dir::Cache": sources,
      "APT::Sandbox::User": "root",
    }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    await output("apt-get", [...options, "-qq", "update"]);
    await output("apt-get", [...options, "-qq", "source", "--download-only", ...PACKAGES], {
      cwd: sources,
    });
    for (const { name } of Deno.readDirSync(sources)) {
      if (!/\.orig\.tar\.\w+$/.test(name)) continue;
      await output("tar", [
        ...["-xf", `${sources}/${name}`, "-C", folder, "--wildcards", "--no-anchored"],
        // Not every package has every kind.
        ...["--ignore-failed-read", "--warning=none", ...PATTERNS],
      ]).catch((error: Error) => {
        if (!/Not found in archive/.test(error.message)) throw error;
      });
    }
    await Deno.remove(sources, { recursive: true });
  });
}

/** The release of Debian, by its name. */
async function suite(): Promise<string> {
  const text = await Deno.readTextFile("/etc/os-release");
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(text)?.[1];
  if (name === undefined) throw new Error("Cannot fetch captures: this is not a release of Debian");
  return name;
}

/** All captures below a folder, sorted. */
export function captures(folder: string): string[] {
  const paths: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) paths.push(...captures(`${folder}/${name}`));
    else paths.push(`${folder}/${name}`);
  }
  return paths.sort();
}
