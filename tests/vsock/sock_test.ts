import { assertEquals } from "@std/assert";
import { runSock, Sock } from "../cli/_sock.ts";
import { testWith } from "../_tools.ts";
import { lacksLoopback } from "./_lacks.ts";

for (const scheme of ["vsock", "vsockseq"]) {
  testWith(
    { kernel: lacksLoopback },
    `sock connect talks to sock echo over ${scheme}:`,
    async () => {
      await using server = new Sock(["echo", `${scheme}:local:0`]);
      const address = await server.address();
      assertEquals(address.replace(/\d+$/, "PORT"), `${scheme}:1:PORT`);
      const { code, out } = await runSock(["connect", address, "-t", "20"], "hello");
      assertEquals([code, out], [0, "hello"]);
    },
  );
}
