/** The services that BlueZ's own daemon tells, with what it was told by its own tool. */
import { assert, assertEquals } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { bluetooth } from "../../mod.ts";
import { limitMs, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "./_controllers.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const limit = { timeoutMs: limitMs(5000) };
/** Who may do what on the bus of this test: everybody everything. */
const BUS = `<busconfig><type>system</type>
<listen>unix:path=/run/dbus/system_bus_socket</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>`;

/** A program in the background, which ends with the test. */
function background(program: string, ...args: string[]): AsyncDisposable {
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" })
    .spawn();
  const end = async () => {
    try {
      child.kill();
    } catch {
      // It has ended by itself.
    }
    await child.status;
  };
  return { [Symbol.asyncDispose]: end };
}

async function until(path: string): Promise<void> {
  const end = performance.now() + limitMs(2000);
  while (!await Deno.stat(path).then(() => true, () => false)) {
    assert(performance.now() < end, `${path} does not come`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

testWith(
  {
    ...{ root: true, tools: ["gcc", "btvirt", "dbus-daemon", "sdptool"], kernel: lacksControllers },
    other: () => {
      try {
        Deno.statSync("/usr/libexec/bluetooth/bluetoothd");
      } catch {
        return "bluetoothd is not there";
      }
    },
  },
  "BlueZ's daemon tells a serial port and itself, with what its own tool gave it",
  async () => {
    await using controllers = await openControllers();
    const { near, far } = controllers;
    await Deno.mkdir("/run/dbus", { recursive: true });
    const config = await Deno.makeTempFile();
    await Deno.writeTextFile(config, BUS);
    await using _bus = background("dbus-daemon", "--nofork", `--config-file=${config}`);
    await until("/run/dbus/system_bus_socket");
    await using _daemon = background("/usr/libexec/bluetooth/bluetoothd", "--compat", "--nodetach");
    await until("/run/sdp");
    const { stdout } = await new Deno.Command("sdptool", {
      args: ["add", "--channel=9", "SP"],
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "Serial Port service registered");
    const at = { address: far.address, localAddress: near.address, ...limit };
    const [port, ...others] = await bluetooth.searchServices({ ...at, uuids: [0x1101] });
    assertEquals([port.name, port.rfcommChannel, others.length], ["Serial Port", 9, 0]);
    assertEquals(port.classes, ["00001101-0000-1000-8000-00805f9b34fb"]);
    // What is registered for the other controller alone is not told of this one: a local search says it.
    const { stdout: theirs } = await new Deno.Command("sdptool", {
      args: ["-i", `hci${near.index}`, "browse", far.address],
    }).output();
    const browsed = await bluetooth.searchServices(at);
    const names = [...new TextDecoder().decode(theirs).matchAll(/^Service Name: (.*)$/gm)];
    const handles = [...new TextDecoder().decode(theirs).matchAll(/RecHandle: (0x[0-9a-f]+)$/gm)];
    assert(names.length > 0);
    assertEquals(
      browsed.map(({ handle }) => handle).sort(),
      handles.map(([, handle]) => Number(handle)).sort(),
    );
    assertEquals(
      browsed.flatMap(({ name }) => name === undefined ? [] : [name]).sort(),
      names.map(([, name]) => name).sort(),
    );
    await Deno.remove(config);
  },
);
