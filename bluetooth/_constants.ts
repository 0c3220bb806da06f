/**
 * Numbers of bluetooth/bluetooth.h, l2cap.h, rfcomm.h, sco.h and hci.h (BlueZ), and of the management
 * interface (doc/mgmt-api.txt of BlueZ; linux/include/net/bluetooth/mgmt.h).
 *
 * @module
 */

/** By the headers' names. */
export const NUMBERS = {
  SOL_HCI: 0,
  SOL_L2CAP: 6,
  SOL_SCO: 17,
  SOL_RFCOMM: 18,
  SOL_BLUETOOTH: 274,
  L2CAP_OPTIONS: 1,
  L2CAP_LM: 3,
  RFCOMM_LM: 3,
  SCO_OPTIONS: 1,
  BT_SECURITY: 4,
  BT_DEFER_SETUP: 7,
  BT_FLUSHABLE: 8,
  BT_POWER: 9,
  BT_CHANNEL_POLICY: 10,
  BT_VOICE: 11,
  BT_SNDMTU: 12,
  BT_RCVMTU: 13,
  BT_PHY: 14,
  BT_MODE: 15,
  HCI_FILTER: 2,
  HCI_CHANNEL_RAW: 0,
  HCI_CHANNEL_USER: 1,
  HCI_CHANNEL_MONITOR: 2,
  HCI_CHANNEL_CONTROL: 3,
  HCI_CHANNEL_LOGGING: 4,
} as const;

/** Commands and events of the management interface. */
export const MGMT = {
  READ_VERSION: 0x0001,
  READ_INDEX_LIST: 0x0003,
  READ_INFO: 0x0004,
  SET_POWERED: 0x0005,
  SET_DISCOVERABLE: 0x0006,
  SET_CONNECTABLE: 0x0007,
  SET_BONDABLE: 0x0009,
  SET_SSP: 0x000b,
  SET_LE: 0x000d,
  SET_LOCAL_NAME: 0x000f,
  PAIR_DEVICE: 0x0019,
  UNPAIR_DEVICE: 0x001b,
  START_DISCOVERY: 0x0023,
  STOP_DISCOVERY: 0x0024,
  SET_ADVERTISING: 0x0029,
  EV_COMMAND_COMPLETE: 0x0001,
  EV_COMMAND_STATUS: 0x0002,
  EV_DEVICE_FOUND: 0x0012,
  EV_DISCOVERING: 0x0013,
} as const;
