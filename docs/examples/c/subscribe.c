/* Print the JSON of each alert, one a line, missing none; what is taken back is told on standard error.
 *
 *     cc -O2 -o subscribe subscribe.c -lzmq
 *     ./subscribe ipc:///run/epicenter/replay.sock [--resume FILE] [--prefix alert/shock/] [--count N] [--until-idle S]
 *
 * It reads the stream `alerts` from publish.replay: whatever was published is held there, and what is new comes at once.
 * docs/PROTOCOL.md section 2 has the messages; their few fields are written and read here by hand, so that this needs
 * libzmq and nothing else. Exit status: 0 done, 1 refused or failed, 64 wrong arguments.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { CREDIT = 1000, SILENCE_MS = 1500 };

static void fail(const char *what, const char *why) {
    fprintf(stderr, "subscribe: %s: %s\n", what, why);
    exit(1);
}

/* --- protobuf, as much of it as is needed ------------------------------------------------------------------------ */

struct out { uint8_t bytes[512]; size_t size; };

static void put_varint(struct out *to, uint64_t value) {
    do {
        uint8_t low = value & 0x7f;
        value >>= 7;
        to->bytes[to->size++] = value ? low | 0x80 : low;
    } while (value);
}
static void put_fixed64(struct out *to, int field, uint64_t value) {
    put_varint(to, (uint64_t)field << 3 | 1);
    for (int i = 0; i < 8; i++) to->bytes[to->size++] = (uint8_t)(value >> 8 * i);
}
static void put_bytes(struct out *to, int field, const void *from, size_t size) {
    put_varint(to, (uint64_t)field << 3 | 2);
    put_varint(to, size);
    memcpy(to->bytes + to->size, from, size);
    to->size += size;
}

struct in { const uint8_t *at, *end; };
struct field { int number; uint64_t value; struct in bytes; };

static uint64_t little_endian(const uint8_t *at, int size) {
    uint64_t value = 0;
    for (int i = 0; i < size; i++) value |= (uint64_t)at[i] << 8 * i;
    return value;
}
static int take_varint(struct in *from, uint64_t *value) {
    *value = 0;
    for (int shift = 0; shift < 64 && from->at < from->end; shift += 7) {
        uint8_t byte = *from->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return 1;
    }
    return 0;
}
/* The next field; 0 at the end, and for bytes that are no message. */
static int take_field(struct in *from, struct field *field) {
    uint64_t key, size;
    if (from->at >= from->end || !take_varint(from, &key)) return 0;
    field->number = (int)(key >> 3);
    switch (key & 7) {
    case 0: return take_varint(from, &field->value);
    case 1: size = 8; break;
    case 5: size = 4; break;
    case 2:
        if (!take_varint(from, &size)) return 0;
        break;
    default: return 0;
    }
    if ((uint64_t)(from->end - from->at) < size) return 0;
    field->bytes = (struct in){from->at, from->at + size};
    field->value = (key & 7) == 2 ? 0 : little_endian(from->at, (int)size);
    from->at += size;
    return 1;
}

/* --- the conversation ------------------------------------------------------------------------------------------- */

static void *dealer;
static uint64_t epoch, done;             /* every alert of `epoch` up to `done` was handed over */
static int is_answer;                    /* the next heartbeat answers OPEN */
static const char *place, *prefix = "alert/";
static long count = -1, seen;

static void send_request(int kind, const struct out *body) {
    struct out request = {.size = 0};
    put_varint(&request, 1 << 3);        /* version 1 */
    put_varint(&request, 1);
    put_bytes(&request, kind, body->bytes, body->size);
    /* Nobody there: whoever comes is asked again after the silence. */
    if (zmq_send(dealer, request.bytes, request.size, ZMQ_DONTWAIT) < 0 && errno != EAGAIN) fail("send", strerror(errno));
}
static void open_stream(void) {
    struct out body = {.size = 0};
    put_bytes(&body, 1, "alerts", 6);
    put_fixed64(&body, 2, epoch);
    put_fixed64(&body, 3, done + 1);
    put_varint(&body, 5 << 3);
    put_varint(&body, CREDIT);
    put_bytes(&body, 6, "subscribe.c", 11);
    put_fixed64(&body, 7, done);
    send_request(2, &body);
    is_answer = 1;
}
static void give_credit(uint64_t records) {
    struct out body = {.size = 0};
    put_varint(&body, 1 << 3);
    put_varint(&body, records);
    put_fixed64(&body, 2, done);
    send_request(3, &body);
}

/* Written beside and renamed over: after a crash there is the old place or the new one. */
static void store_place(void) {
    if (!place) return;
    char beside[4096];
    snprintf(beside, sizeof beside, "%s.new", place);
    FILE *file = fopen(beside, "w");
    if (!file || fprintf(file, "%llu:%llu\n", (unsigned long long)epoch, (unsigned long long)done) < 0 || fclose(file) ||
        rename(beside, place))
        fail(place, strerror(errno));
}
static void load_place(void) {
    FILE *file = place ? fopen(place, "r") : NULL;
    unsigned long long e, d;
    if (!file) return;
    if (fscanf(file, "%llu:%llu", &e, &d) != 2) fail(place, "holds no place; it is EPOCH:SEQUENCE");
    epoch = e;
    done = d;
    fclose(file);
}

/* One alert; what was handed over before is passed over. */
static void take_alert(struct in record) {
    struct field field;
    struct in body = {0}, topic = {0};
    uint64_t sequence = 0;
    while (take_field(&record, &field)) {
        if (field.number == 1) sequence = field.value;
        if (field.number == 5) topic = field.bytes;
        if (field.number == 10) body = field.bytes;
    }
    if (sequence <= done) return;
    size_t wanted = strlen(prefix);
    if ((size_t)(topic.end - topic.at) >= wanted && !memcmp(topic.at, prefix, wanted)) {
        fwrite(body.at, 1, (size_t)(body.end - body.at), stdout);
        putchar('\n');
        if (fflush(stdout)) fail("standard output", strerror(errno));
        seen++;
    }
    done = sequence;
    store_place();
    if (seen == count) exit(0);
}

/* A batch: its second frame holds MCAP Message records. */
static void take_batch(struct in batch, struct in records) {
    struct field field;
    uint64_t its_epoch = 0, first = 0, rows = 0;
    while (take_field(&batch, &field)) {
        if (field.number == 1) its_epoch = field.value;
        if (field.number == 2) first = field.value;
        if (field.number == 3) rows = field.value;
    }
    if (epoch && its_epoch != epoch) return open_stream();
    if (first > done + 1) return open_stream();
    epoch = its_epoch;
    while (records.end - records.at >= 9 + 22 && records.at[0] == 0x05) {
        uint64_t size = little_endian(records.at + 1, 8);
        if (size < 22 || size > (uint64_t)(records.end - records.at - 9)) fail("a batch", "its records are damaged");
        take_alert((struct in){records.at + 9 + 22, records.at + 9 + size});
        records.at += 9 + size;
    }
    give_credit(rows);
}
static void take_refusal(struct in refusal) {
    struct field field;
    uint64_t code = 0, new_epoch = 0, first_affected = 0;
    char reason[256] = "";
    while (take_field(&refusal, &field)) {
        if (field.number == 1) code = field.value;
        if (field.number == 2) snprintf(reason, sizeof reason, "%.*s", (int)(field.bytes.end - field.bytes.at), field.bytes.at);
        if (field.number == 3) new_epoch = field.value;
        if (field.number == 4) first_affected = field.value;
    }
    if (code == 5) return open_stream(); /* the owner restarted */
    if (code != 4) fail("refused", reason);
    if (first_affected == 0) first_affected = 1;
    if (first_affected <= done) {
        fprintf(stderr, "subscribe: alerts from %llu on were taken back\n", (unsigned long long)first_affected);
        done = first_affected - 1;
    }
    epoch = new_epoch;
    open_stream();
}
/* The answer to OPEN says in which epoch it goes on. A later one with another: what of ours stands, the owner knows. */
static void take_heartbeat(struct in heartbeat) {
    struct field field;
    uint64_t its_epoch = 0, epoch_from = 0;
    while (take_field(&heartbeat, &field)) {
        if (field.number == 1) its_epoch = field.value;
        if (field.number == 5) epoch_from = field.value;
    }
    if (its_epoch == epoch) return;
    if (is_answer || done < epoch_from) epoch = its_epoch;
    else open_stream();
}

static int receive(zmq_msg_t *message) {
    zmq_msg_init(message);
    if (zmq_msg_recv(message, dealer, 0) >= 0) return 1;
    if (errno != EAGAIN && errno != EINTR) fail("receive", zmq_strerror(errno));
    return 0;
}
static struct in bytes_of(zmq_msg_t *message) {
    const uint8_t *at = zmq_msg_data(message);
    return (struct in){at, at + zmq_msg_size(message)};
}
static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    double idle = -1;
    for (int i = 2; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--resume")) place = argv[i + 1];
        else if (!strcmp(argv[i], "--prefix")) prefix = argv[i + 1];
        else if (!strcmp(argv[i], "--count")) count = atol(argv[i + 1]);
        else if (!strcmp(argv[i], "--until-idle")) idle = atof(argv[i + 1]);
        else argc = 0;
    }
    if (argc < 2 || argc % 2) {
        fputs("usage: subscribe REPLAY [--resume FILE] [--prefix TOPIC] [--count N] [--until-idle SECONDS]\n", stderr);
        return 64;
    }
    load_place();
    dealer = zmq_socket(zmq_ctx_new(), ZMQ_DEALER);
    int silence = SILENCE_MS, linger = 0;
    zmq_setsockopt(dealer, ZMQ_RCVTIMEO, &silence, sizeof silence);
    zmq_setsockopt(dealer, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_connect(dealer, argv[1])) fail(argv[1], zmq_strerror(errno));
    open_stream();
    for (double last = now(); idle < 0 || now() - last < idle;) {
        zmq_msg_t reply, records;
        struct field field = {0};
        if (!receive(&reply)) {
            open_stream();
            continue;
        }
        int more = zmq_msg_more(&reply);
        if (more && !receive(&records)) fail("receive", "half a message");
        for (struct in in = bytes_of(&reply); take_field(&in, &field);) {
            uint64_t before = done;
            if (field.number == 2 && more) take_batch(field.bytes, bytes_of(&records));
            if (field.number == 3) {
                take_heartbeat(field.bytes);
                is_answer = 0;
            }
            if (field.number == 4) take_refusal(field.bytes);
            if (done != before) last = now();
        }
        zmq_msg_close(&reply);
        if (more) zmq_msg_close(&records);
    }
    return 0;
}
