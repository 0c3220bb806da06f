/** Every section of the report, in its order. */
import { NAMES_SECTIONS } from "../addrinfo/sections.ts";
import { FAMILIES_SECTIONS } from "../families/sections.ts";
import { OPTIONS_SECTIONS } from "../options/sections.ts";
import { RAW_SECTIONS } from "../raw/sections.ts";
import { START_SECTIONS } from "../start/sections.ts";
import { TCP_SECTIONS } from "../tcp/sections.ts";
import { UDP_SECTIONS } from "../udp/sections.ts";
import { UNIX_SECTIONS } from "../unix/sections.ts";
import type { SectionRow } from "./results.ts";

export const SECTIONS: readonly SectionRow[] = [
  ...START_SECTIONS,
  ...TCP_SECTIONS,
  ...UDP_SECTIONS,
  ...UNIX_SECTIONS,
  ...RAW_SECTIONS,
  ...NAMES_SECTIONS,
  ...OPTIONS_SECTIONS,
  ...FAMILIES_SECTIONS,
];
