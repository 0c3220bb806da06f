/**
 * Numbers of linux/can.h, linux/can/raw.h, bcm.h, isotp.h and j1939.h.
 *
 * @module
 */

/** Sizes and bits of frames (linux/can.h). */
export const FRAMES = {
  CAN_MTU: 16,
  CAN_MAX_DLEN: 8,
  CAN_MAX_RAW_DLC: 15,
  CANFD_MTU: 72,
  CANFD_MAX_DLEN: 64,
  CANFD_BRS: 1,
  CANFD_ESI: 2,
  CANFD_FDF: 4,
  CANXL_HDR_SIZE: 12,
  CANXL_MAX_DLEN: 2048,
  CANXL_XLF: 0x80,
  CANXL_SEC: 1,
  CAN_INV_FILTER: 0x20000000,
  CAN_RAW_FILTER_MAX: 512,
} as const;

/** Levels and names of options. */
export const OPTIONS = {
  SOL_CAN_RAW: 101,
  SOL_CAN_ISOTP: 106,
  SOL_CAN_J1939: 107,
  CAN_RAW_FILTER: 1,
  CAN_RAW_ERR_FILTER: 2,
  CAN_RAW_LOOPBACK: 3,
  CAN_RAW_RECV_OWN_MSGS: 4,
  CAN_RAW_FD_FRAMES: 5,
  CAN_RAW_JOIN_FILTERS: 6,
  CAN_RAW_XL_FRAMES: 7,
  CAN_ISOTP_OPTS: 1,
  CAN_ISOTP_RECV_FC: 2,
  CAN_ISOTP_TX_STMIN: 3,
  CAN_ISOTP_RX_STMIN: 4,
  CAN_ISOTP_LL_OPTS: 5,
  SO_J1939_FILTER: 1,
  SO_J1939_PROMISC: 2,
  SO_J1939_SEND_PRIO: 3,
  SO_J1939_ERRQUEUE: 4,
  SCM_J1939_DEST_ADDR: 1,
  SCM_J1939_DEST_NAME: 2,
  SCM_J1939_PRIO: 3,
  J1939_FILTER_MAX: 512,
} as const;

/** Classes of error frames (linux/can/error.h). */
export const ERRORS = {
  CAN_ERR_TX_TIMEOUT: 0x1,
  CAN_ERR_LOSTARB: 0x2,
  CAN_ERR_CRTL: 0x4,
  CAN_ERR_PROT: 0x8,
  CAN_ERR_TRX: 0x10,
  CAN_ERR_ACK: 0x20,
  CAN_ERR_BUSOFF: 0x40,
  CAN_ERR_BUSERROR: 0x80,
  CAN_ERR_RESTARTED: 0x100,
  CAN_ERR_CNT: 0x200,
} as const;

/** Flags of ISO-TP (linux/can/isotp.h). */
export const ISOTP_FLAGS = {
  CAN_ISOTP_LISTEN_MODE: 0x1,
  CAN_ISOTP_EXTEND_ADDR: 0x2,
  CAN_ISOTP_TX_PADDING: 0x4,
  CAN_ISOTP_RX_PADDING: 0x8,
  CAN_ISOTP_CHK_PAD_LEN: 0x10,
  CAN_ISOTP_CHK_PAD_DATA: 0x20,
  CAN_ISOTP_HALF_DUPLEX: 0x40,
  CAN_ISOTP_FORCE_TXSTMIN: 0x80,
  CAN_ISOTP_FORCE_RXSTMIN: 0x100,
  CAN_ISOTP_RX_EXT_ADDR: 0x200,
  CAN_ISOTP_WAIT_TX_DONE: 0x400,
  CAN_ISOTP_SF_BROADCAST: 0x800,
  CAN_ISOTP_CF_BROADCAST: 0x1000,
} as const;

/** Requests and flags of the broadcast manager (linux/can/bcm.h). */
export const BCM = {
  TX_SETUP: 1,
  TX_DELETE: 2,
  TX_SEND: 4,
  RX_SETUP: 5,
  RX_DELETE: 6,
  TX_EXPIRED: 9,
  RX_TIMEOUT: 11,
  RX_CHANGED: 12,
  SETTIMER: 0x1,
  STARTTIMER: 0x2,
  TX_COUNTEVT: 0x4,
  RX_FILTER_ID: 0x20,
  RX_CHECK_DLC: 0x40,
  RX_ANNOUNCE_RESUME: 0x100,
  CAN_FD_FRAME: 0x800,
} as const;

/** struct bcm_msg_head (linux/can/bcm.h), with a `struct timeval` of 64 bits. */
export const BCM_HEAD = {
  size: 56,
  opcode: 0,
  flags: 4,
  count: 8,
  ival1: 16,
  ival2: 32,
  can_id: 48,
  nframes: 52,
} as const;
