/**
 * What sizes and counts may be, and are unless told otherwise, on either engine.
 *
 * @module
 */

/** The greatest int: flags, sizes and backlogs are passed as one. */
export const MAX_INT = 0x7fffffff;
/** Room for a payload unless told otherwise: any UDP datagram fits. */
export const DEFAULT_MESSAGE_BYTES = 65536;
/** The most room for a payload. */
export const MAX_MESSAGE_BYTES: number = 16 * 1024 * 1024;
/** Messages a batch unless told otherwise. */
export const DEFAULT_BATCH = 64;
/** The most messages a batch. */
export const MAX_BATCH = 1024;
/** The most room for ancillary data. */
export const MAX_CONTROL_BYTES = 65536;
