/**
 * The commands of `sock`. A new one is a row here and a file in `commands/`.
 *
 * @module
 */
import { load } from "./load.ts";
import type { CommandRow } from "./command.ts";

/** All commands, in the order of the overview. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: "connect",
    summary: "connect to a server; send standard input, print what comes back",
    load: async () =>
      (await load<typeof import("./commands/connect.ts")>("./commands/connect.ts", import.meta.url))
        .connectCommand,
  },
  {
    name: "listen",
    summary: "wait for a client; print what it sends, send it standard input",
    load: async () =>
      (await load<typeof import("./commands/listen.ts")>("./commands/listen.ts", import.meta.url))
        .listenCommand,
  },
  {
    name: "echo",
    summary: "send back to every client what it sends",
    load: async () =>
      (await load<typeof import("./commands/echo.ts")>("./commands/echo.ts", import.meta.url))
        .echoCommand,
  },
  {
    name: "relay",
    summary: "listen on one address and pass each client on to another",
    load: async () =>
      (await load<typeof import("./commands/relay.ts")>("./commands/relay.ts", import.meta.url))
        .relayCommand,
  },
  {
    name: "resolve",
    summary: "look up the addresses of a host and the port of a service, as programs do",
    load: async () =>
      (await load<typeof import("./commands/resolve.ts")>("./commands/resolve.ts", import.meta.url))
        .resolveCommand,
  },
  {
    name: "dig",
    summary: "ask a DNS server, or the hosts around, for records of a name",
    load: async () =>
      (await load<typeof import("./commands/dig.ts")>("./commands/dig.ts", import.meta.url))
        .digCommand,
  },
  {
    name: "ping",
    summary: "ask a host for echoes and time them",
    load: async () =>
      (await load<typeof import("./commands/ping.ts")>("./commands/ping.ts", import.meta.url))
        .pingCommand,
  },
  {
    name: "sweep",
    summary: "ask all hosts of networks for an echo; list those that answer",
    load: async () =>
      (await load<typeof import("./commands/sweep.ts")>("./commands/sweep.ts", import.meta.url))
        .sweepCommand,
  },
  {
    name: "scan",
    summary: "find out which TCP ports of a host are open",
    load: async () =>
      (await load<typeof import("./commands/scan.ts")>("./commands/scan.ts", import.meta.url))
        .scanCommand,
  },
  {
    name: "trace",
    summary: "find the routers on the way to a host",
    load: async () =>
      (await load<typeof import("./commands/trace.ts")>("./commands/trace.ts", import.meta.url))
        .traceCommand,
  },
  {
    name: "interfaces",
    summary: "list the network interfaces and their addresses",
    load: async () =>
      (await load<typeof import("./commands/interfaces.ts")>(
        "./commands/interfaces.ts",
        import.meta.url,
      ))
        .interfacesCommand,
  },
  {
    name: "routes",
    summary: "list the routes: where packets go",
    load: async () =>
      (await load<typeof import("./commands/routes.ts")>("./commands/routes.ts", import.meta.url))
        .routesCommand,
  },
  {
    name: "neighbors",
    summary: "list the hosts that are known on the same links",
    load: async () =>
      (await load<typeof import("./commands/neighbors.ts")>(
        "./commands/neighbors.ts",
        import.meta.url,
      ))
        .neighborsCommand,
  },
  {
    name: "sockets",
    summary: "list the sockets of all processes: who talks to whom",
    load: async () =>
      (await load<typeof import("./commands/sockets.ts")>("./commands/sockets.ts", import.meta.url))
        .socketsCommand,
  },
  {
    name: "top",
    summary: "show the busiest connections, live",
    load: async () =>
      (await load<typeof import("./commands/top.ts")>("./commands/top.ts", import.meta.url))
        .topCommand,
  },
  {
    name: "can dump",
    summary: "print the frames of CAN buses, as candump -L",
    load: async () =>
      (await load<typeof import("./commands/can_dump.ts")>(
        "./commands/can_dump.ts",
        import.meta.url,
      )).canDumpCommand,
  },
  {
    name: "can send",
    summary: "send frames to a CAN bus, as cansend",
    load: async () =>
      (await load<typeof import("./commands/can_send.ts")>(
        "./commands/can_send.ts",
        import.meta.url,
      )).canSendCommand,
  },
  {
    name: "can play",
    summary: "send what a log of candump has recorded, as canplayer",
    load: async () =>
      (await load<typeof import("./commands/can_play.ts")>(
        "./commands/can_play.ts",
        import.meta.url,
      )).canPlayCommand,
  },
  {
    name: "bt scan",
    summary: "list the Bluetooth devices around",
    load: async () =>
      (await load<typeof import("./commands/bt_scan.ts")>(
        "./commands/bt_scan.ts",
        import.meta.url,
      )).btScanCommand,
  },
  {
    name: "completions",
    summary: "print what makes a shell complete the command line",
    load: async () =>
      (await load<typeof import("./commands/completions.ts")>(
        "./commands/completions.ts",
        import.meta.url,
      )).completionsCommand,
  },
  {
    name: "manual",
    summary: "print the manual page",
    load: async () =>
      (await load<typeof import("./commands/manual.ts")>("./commands/manual.ts", import.meta.url))
        .manualCommand,
  },
];
