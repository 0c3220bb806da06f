/** Loads everything. */
import "../../../mod.ts";
