/*
 * Answers of SDP as BlueZ's library writes them: two records, each as the sequence of its attributes,
 * in hexadecimal, a line each. The first is a serial port, the second has what else there is.
 * Libraries: -lbluetooth
 */
#include <bluetooth/bluetooth.h>
#include <bluetooth/sdp.h>
#include <bluetooth/sdp_lib.h>
#include <stdio.h>
#include <stdlib.h>

static void print(sdp_record_t *record)
{
	sdp_buf_t buffer;

	if (sdp_gen_record_pdu(record, &buffer) < 0)
		exit(1);
	for (uint32_t i = 0; i < buffer.data_size; i++)
		printf("%02x", buffer.data[i]);
	printf("\n");
}

static void add_protocols(sdp_record_t *record, uint8_t channel, uint16_t psm)
{
	uuid_t l2cap, rfcomm;
	sdp_list_t *one, *two, *stack;

	sdp_uuid16_create(&l2cap, L2CAP_UUID);
	sdp_uuid16_create(&rfcomm, RFCOMM_UUID);
	one = sdp_list_append(NULL, &l2cap);
	if (psm != 0)
		one = sdp_list_append(one, sdp_data_alloc(SDP_UINT16, &psm));
	stack = sdp_list_append(NULL, one);
	if (channel != 0) {
		two = sdp_list_append(NULL, &rfcomm);
		two = sdp_list_append(two, sdp_data_alloc(SDP_UINT8, &channel));
		stack = sdp_list_append(stack, two);
	}
	sdp_set_access_protos(record, sdp_list_append(NULL, stack));
}

int main(void)
{
	sdp_record_t *record = sdp_record_alloc();
	uint32_t handle = 0x10001, u32 = 0xdeadbeef;
	int8_t i8 = -2;
	int64_t i64 = -5000000000LL;
	uint64_t u64 = 0xfedcba9876543210ULL;
	uint8_t yes = 1;
	uuid_t class;
	char *long_text = malloc(301);

	record->handle = handle;
	sdp_attr_add_new(record, SDP_ATTR_RECORD_HANDLE, SDP_UINT32, &handle);
	sdp_uuid16_create(&class, SERIAL_PORT_SVCLASS_ID);
	sdp_set_service_classes(record, sdp_list_append(NULL, &class));
	add_protocols(record, 7, 0);
	sdp_set_info_attr(record, "Serial", "BlueZ", "a port");
	print(record);

	record = sdp_record_alloc();
	handle++;
	sdp_attr_add_new(record, SDP_ATTR_RECORD_HANDLE, SDP_UINT32, &handle);
	sdp_uuid128_create(&class, "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef");
	sdp_set_service_classes(record, sdp_list_append(NULL, &class));
	add_protocols(record, 0, 0x1003);
	for (int i = 0; i < 300; i++)
		long_text[i] = 'a' + i % 26;
	long_text[300] = 0;
	sdp_attr_add_new(record, 0x200, SDP_UINT32, &u32);
	sdp_attr_add_new(record, 0x201, SDP_INT8, &i8);
	sdp_attr_add_new(record, 0x202, SDP_INT64, &i64);
	sdp_attr_add_new(record, 0x203, SDP_UINT64, &u64);
	sdp_attr_add_new(record, 0x204, SDP_BOOL, &yes);
	sdp_attr_add_new(record, 0x205, SDP_URL_STR8, "https://example.com/");
	sdp_attr_add_new(record, 0x206, SDP_TEXT_STR16, long_text);
	print(record);
	return 0;
}
