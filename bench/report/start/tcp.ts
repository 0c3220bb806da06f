/** Loads TCP. */
import "../../../tcp/mod.ts";
