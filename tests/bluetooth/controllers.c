/*
 * Two Bluetooth controllers within each other's reach, for as long as this runs:
 *
 *	hci0 -- /dev/vhci -- this -- btvirt's radio -- this -- /dev/vhci -- hci1
 *
 * BlueZ's btvirt emulates all but synchronous links (SCO, eSCO), which are made here: the commands
 * for them never reach it. `controllers iso` has btvirt make both by itself: they lack synchronous
 * links, and have isochronous ones. Prints "INDEX ADDRESS" of each once both are powered and
 * connectable, and the second advertises.
 *
 * Packets as in the Bluetooth Core Specification 5.3, volume 4, part A (H4) and part E (HCI); the
 * management channel as in BlueZ's doc/mgmt-api.txt.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { COMMAND = 1, ACL = 2, SCO = 3, EVENT = 4, ISO = 5, VENDOR = 0xff };
enum { SCO_HANDLE = 0x100, SCO_MTU = 60, SCO_PACKETS = 8 };

struct side {
	int host, radio;	/* /dev/vhci, and btvirt's socket */
	int index;		/* N of hciN */
	uint8_t address[6];
	int acl, sco;		/* handles of the link to the other and of the synchronous one, or 0 */
	uint8_t pending[65536];	/* of the radio's stream, less than a packet */
	size_t pending_size;
};

static struct side sides[2] = { { -1, -1, 0xffff }, { -1, -1, 0xffff } };

static struct side *peer(struct side *side)
{
	return side == &sides[0] ? &sides[1] : &sides[0];
}

static unsigned le16(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8;
}

static void put(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);
		if (n < 0)
			err(1, "write");
		bytes += n;
		size -= n;
	}
}

static void event(struct side *side, int code, const uint8_t *parameters, size_t size)
{
	uint8_t packet[258] = { EVENT, code, size };
	memcpy(packet + 3, parameters, size);
	put(side->host, packet, 3 + size);
}

/* HCI_Command_Status: success */
static void command_status(struct side *side, unsigned opcode)
{
	uint8_t parameters[] = { 0, 1, opcode, opcode >> 8 };
	event(side, 0x0f, parameters, sizeof parameters);
}

/* HCI_Synchronous_Connection_Complete: eSCO, every 12 slots, CVSD in the air */
static void synchronous_complete(struct side *side, int status)
{
	uint8_t parameters[17] = { status, SCO_HANDLE & 255, SCO_HANDLE >> 8 };
	memcpy(parameters + 3, peer(side)->address, 6);
	memcpy(parameters + 9, (uint8_t[]){ 2, 12, 2, SCO_MTU, 0, SCO_MTU, 0, 2 }, 8);
	side->sco = status == 0 ? SCO_HANDLE : 0;
	event(side, 0x2c, parameters, sizeof parameters);
}

/* HCI_Disconnection_Complete of the synchronous link */
static void synchronous_gone(struct side *side, int reason)
{
	uint8_t parameters[] = { 0, side->sco, side->sco >> 8, reason };
	if (side->sco == 0)
		return;
	side->sco = 0;
	event(side, 0x05, parameters, sizeof parameters);
}

/* A command about synchronous links; 0 if it is about something else. */
static int synchronous_command(struct side *side, const uint8_t *packet)
{
	unsigned opcode = le16(packet + 1);
	const uint8_t *parameters = packet + 4;

	switch (opcode) {
	case 0x0428:		/* HCI_Setup_Synchronous_Connection */
	case 0x043d: {		/* HCI_Enhanced_Setup_Synchronous_Connection */
		uint8_t request[10] = { 0 };	/* HCI_Connection_Request: address, class, link */
		memcpy(request, side->address, 6);
		request[9] = 2;
		command_status(side, opcode);
		event(peer(side), 0x04, request, sizeof request);
		return 1;
	}
	case 0x0429:		/* HCI_Accept_Synchronous_Connection_Request */
	case 0x043e:		/* HCI_Enhanced_Accept_Synchronous_Connection_Request */
		command_status(side, opcode);
		synchronous_complete(side, 0);
		synchronous_complete(peer(side), 0);
		return 1;
	case 0x042a:		/* HCI_Reject_Synchronous_Connection_Request */
		command_status(side, opcode);
		synchronous_complete(peer(side), parameters[6]);
		synchronous_complete(side, parameters[6]);
		return 1;
	case 0x0406:		/* HCI_Disconnect */
		if (side->sco == 0 || le16(parameters) != (unsigned)side->sco)
			return 0;
		command_status(side, opcode);
		synchronous_gone(side, 0x16);
		synchronous_gone(peer(side), parameters[2]);
		return 1;
	}
	return 0;
}

/* Synchronous data: to the other kernel, and its credit back. */
static void synchronous_data(struct side *side, uint8_t *packet, size_t size)
{
	uint8_t completed[] = { 1, packet[1], packet[2] & 0x0f, 1, 0 };
	struct side *to = peer(side);

	if (to->sco != 0) {
		packet[1] = to->sco;
		packet[2] = to->sco >> 8;
		put(to->host, packet, size);
	}
	event(side, 0x13, completed, sizeof completed);	/* HCI_Number_Of_Completed_Packets */
}

static void from_kernel(struct side *side)
{
	uint8_t packet[4096];
	ssize_t size = read(side->host, packet, sizeof packet);

	if (size < 0)
		err(1, "read /dev/vhci");
	if (packet[0] == VENDOR)	/* the answer to its making */
		return;
	if (packet[0] == SCO)
		synchronous_data(side, packet, size);
	else if (packet[0] != COMMAND || !synchronous_command(side, packet))
		put(side->radio, packet, size);
}

static void to_kernel(struct side *side, uint8_t *packet, size_t size)
{
	if (packet[0] == EVENT && packet[1] == 0x0e && packet[6] == 0) {	/* Command_Complete */
		switch (le16(packet + 4)) {
		case 0x1005:	/* HCI_Read_Buffer_Size */
			packet[9] = SCO_MTU;
			packet[12] = SCO_PACKETS;
			packet[13] = 0;
			break;
		case 0x1009:	/* HCI_Read_BD_ADDR */
			memcpy(side->address, packet + 7, 6);
			break;
		}
	}
	if (packet[0] == EVENT && packet[1] == 0x03 && packet[3] == 0)	/* Connection_Complete */
		side->acl = le16(packet + 4);
	/* Disconnection_Complete: a synchronous link goes with the one that it is on. */
	if (packet[0] == EVENT && packet[1] == 0x05 && le16(packet + 4) == (unsigned)side->acl)
		synchronous_gone(side, 0x08);
	put(side->host, packet, size);
}

/* The size of the packet that these bytes begin; 0 if they are too few to tell. */
static size_t packet_size(const uint8_t *bytes, size_t size)
{
	switch (bytes[0]) {
	case EVENT:
		return size < 3 ? 0 : 3 + bytes[2];
	case SCO:
		return size < 4 ? 0 : 4 + bytes[3];
	case ACL:
	case ISO:
		return size < 5 ? 0 : 5 + (le16(bytes + 3) & (bytes[0] == ISO ? 0x3fff : 0xffff));
	}
	errx(1, "btvirt sent a packet of type %d", bytes[0]);
}

static void from_radio(struct side *side)
{
	size_t at = 0, size;
	ssize_t n = read(side->radio, side->pending + side->pending_size,
			 sizeof side->pending - side->pending_size);

	if (n <= 0)
		errx(1, "btvirt is gone");
	side->pending_size += n;
	while (at < side->pending_size) {
		size = packet_size(side->pending + at, side->pending_size - at);
		if (size == 0 || size > side->pending_size - at)
			break;
		to_kernel(side, side->pending + at, size);
		at += size;
	}
	side->pending_size -= at;
	memmove(side->pending, side->pending + at, side->pending_size);
}

/* Serves what is ready. */
static void serve(int timeout)
{
	struct pollfd fds[4];

	for (int i = 0; i < 2; i++) {
		fds[2 * i] = (struct pollfd){ sides[i].host, POLLIN, 0 };
		fds[2 * i + 1] = (struct pollfd){ sides[i].radio, POLLIN, 0 };
	}
	if (poll(fds, 4, timeout) < 0)
		err(1, "poll");
	for (int i = 0; i < 2; i++) {
		if (fds[2 * i].revents)
			from_kernel(&sides[i]);
		if (fds[2 * i + 1].revents)
			from_radio(&sides[i]);
	}
}

enum { COMMAND_COMPLETE = 1, COMMAND_STATUS = 2, INDEX_ADDED = 4, NO_INDEX = 0xffff };

/*
 * Serves until an event of management comes that is about `index` (or NO_INDEX for any): a new
 * controller, or the answer to `command`, whose parameters are returned. They are good until the
 * next call.
 */
static const uint8_t *await_management(int fd, int *index, int what, unsigned command)
{
	static uint8_t packet[1024];

	for (;;) {
		ssize_t n = recv(fd, packet, sizeof packet, MSG_DONTWAIT);
		if (n < 0) {
			serve(10);
			continue;
		}
		/* event, index, length, then the command that is answered and its status */
		if (n < 6 || (*index != NO_INDEX && le16(packet + 2) != (unsigned)*index))
			continue;
		if (what == INDEX_ADDED && le16(packet) == INDEX_ADDED) {
			*index = le16(packet + 2);
			return packet + 6;
		}
		if (what != INDEX_ADDED && n >= 9 && le16(packet) <= COMMAND_STATUS &&
		    le16(packet + 6) == command) {
			if (packet[8] != 0)
				errx(1, "management command %#x: status %d", command, packet[8]);
			return packet + 9;
		}
	}
}

/* A command of management, and its answer. */
static const uint8_t *manage(int fd, unsigned command, int index, const void *data, size_t size)
{
	uint8_t packet[64] = { command, command >> 8, index, index >> 8, size, 0 };

	memcpy(packet + 6, data, size);
	/* What it returns is no size: 0 where the command takes time. */
	if (write(fd, packet, 6 + size) < 0)
		err(1, "the management channel");
	return await_management(fd, &index, COMMAND_COMPLETE, command);
}

static int open_management(void)
{
	struct { uint16_t family, device, channel; } control = { AF_BLUETOOTH, 0xffff, 3 };
	int fd = socket(AF_BLUETOOTH, SOCK_RAW, 1);	/* BTPROTO_HCI, HCI_CHANNEL_CONTROL */

	if (fd < 0 || bind(fd, (struct sockaddr *)&control, sizeof control) < 0)
		err(1, "the management channel");
	return fd;
}

/* Isochronous sockets (BTPROTO_ISO) are an experimental feature: 6fbaf188-05e0-496a-9885-... */
static void allow_isochronous(int management)
{
	static const uint8_t feature[17] = {
		0x3e, 0xe0, 0xb4, 0xfd, 0xdd, 0xd6, 0x85, 0x98,
		0x6a, 0x49, 0xe0, 0x05, 0x88, 0xf1, 0xba, 0x6f, 1
	};
	manage(management, 0x004a, NO_INDEX, feature, sizeof feature);
}

/* btvirt ends when this does. */
static void start_btvirt(const char *how)
{
	if (fork() != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(2, 1);
	execlp("btvirt", "btvirt", how, NULL);
	err(1, "btvirt");
}

static int connect_radio(void)
{
	struct sockaddr_un server = { AF_UNIX, "/tmp/bt-server-bredrle" };

	for (int tries = 0; tries < 1000; tries++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&server, sizeof server) == 0)
			return fd;
		close(fd);
		usleep(20000);
	}
	err(1, "connect %s", server.sun_path);
}

int main(int argc, char **argv)
{
	int isochronous = argc > 1 && strcmp(argv[1], "iso") == 0;
	int management = open_management();
	const uint8_t off = 0, on = 1, connectable = 2;

	if (isochronous)
		allow_isochronous(management);
	unlink("/tmp/bt-server-bredrle");
	start_btvirt(isochronous ? "-l2" : "-s");
	for (int i = 0; i < 2; i++) {
		struct side *side = &sides[i];
		if (!isochronous) {
			side->radio = connect_radio();
			side->host = open("/dev/vhci", O_RDWR);
			if (side->host < 0)
				err(1, "/dev/vhci");
			put(side->host, (uint8_t[]){ VENDOR, 0 }, 2);	/* a primary controller */
		}
		await_management(management, &side->index, INDEX_ADDED, 0);
	}
	for (int i = 0; i < 2; i++) {
		int index = sides[i].index;
		manage(management, 0x000d, index, &on, 1);	/* Set Low Energy */
		manage(management, 0x0005, index, &on, 1);	/* Set Powered */
		manage(management, 0x0007, index, &on, 1);	/* Set Connectable */
		if (i == 1)	/* one that advertises cannot dial */
			manage(management, 0x0029, index, &connectable, 1);	/* Set Advertising */
		const uint8_t *a = manage(management, 0x0004, index, &off, 0);	/* Read Information */
		printf("%d %02X:%02X:%02X:%02X:%02X:%02X\n", index, a[5], a[4], a[3], a[2], a[1], a[0]);
	}
	fflush(stdout);
	close(management);
	for (;;)
		serve(-1);
}
