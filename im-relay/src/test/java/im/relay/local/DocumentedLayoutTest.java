package im.relay.local;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Answers.behind;
import static im.relay.Answers.open;
import static im.relay.Answers.page;
import static im.relay.Answers.versions;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Behind;
import im.relay.PlacedMessage;
import im.relay.Requests;
import im.relay.Retention;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** A folder of format 1, written here by hand as {@link Keyspace} documents it, opens: the layout is a promise. */
class DocumentedLayoutTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final byte ZERO = 0;

    @TempDir
    Path folder;

    @Test
    void aFolderWrittenByHandIsRead() throws Exception {
        AppendRequest request = message("a", "b", 7, "old");
        writeFolder(request, 1);
        TestStore store = TestStore.opened(folder);

        assertThat(store.log().logId()).isEqualTo("cafe");
        List<PlacedMessage> messages = after(store.conversations(), AB, 0);
        assertThat(messages).extracting(Requests::text).containsExactly("old");
        assertThat(messages.get(0).position()).isEqualTo(300);
        assertThat(messages.get(0).prev()).isEqualTo(200);
        assertThat(open(store.cursors(), "b", "phone", true)).isFalse();
        assertThat(behind(store.conversations(), "b", "phone")).containsExactly(new Behind(AB, 300, 200, 0));
        assertThat(behind(store.conversations(), "a", "other")).containsExactly(new Behind(AB, 300, 0, 0));
        assertThat(append(store.log(), request)).containsExactly(accepted(7));
        append(store.log(), message("b", "a", 8, "new"));
        PlacedMessage last = after(store.conversations(), AB, 300).get(0);
        assertThat(last.position()).isEqualTo(401);
        assertThat(last.prev()).isEqualTo(300);
        store.close();
    }

    @Test
    void aFolderOfTheEarlierFormatIsBroughtToThisOne() throws Exception {
        writeFolder(message("a", "b", 7, "old"), 1);
        TestStore store = TestStore.opened(folder);
        store.config = store.config.withRetention(new Retention(Duration.ofDays(36_500), 2, 1 << 20));

        store.restart();

        assertThat(folder.resolve("FORMAT")).hasContent("im-data 4\n");
        assertThat(versions(store.conversations(), "a", "b", "nobody")).containsExactly(300, 300, 0);
        append(store.log(), message("b", "a", 8, "two"));
        append(store.log(), message("b", "a", 9, "three"));
        assertThat(after(store.conversations(), AB, 0))
                .extracting(Requests::text)
                .containsExactly("two", "three");
        assertThat(page(store.conversations(), AB, 0).floor()).isEqualTo(300);
        store.close();
    }

    @Test
    void aStoreOfANewerFormatIsRefusedThoughTheFileSaysOne() throws Exception {
        writeFolder(message("a", "b", 7, "old"), 5);

        assertThatThrownBy(() -> LocalStore.open(
                        folder,
                        LocalLogConfig.defaults(),
                        Surroundings.system(new io.micrometer.core.instrument.simple.SimpleMeterRegistry()),
                        (messages, wakeups) -> {}))
                .isInstanceOf(FolderFormatException.class);
    }

    private void writeFolder(AppendRequest request, int format) throws IOException, RocksDBException {
        TestStore.opened(folder.resolveSibling("natives-" + folder.getFileName()))
                .close();
        Files.writeString(folder.resolve("FORMAT"), "im-data 1\n");
        long clock = new TestStore(folder).wall.toEpochMilli();
        Map<String, Map<byte[], byte[]>> families = new LinkedHashMap<>();
        families.put("default", Map.of());
        families.put("messages", Map.of(bytes("d|a|b", ZERO, 300L), PlacedCodec.encode(300, 200, request.envelope())));
        families.put("index", Map.of(bytes("a", ZERO, "d|a|b"), bytes(300L), bytes("b", ZERO, "d|a|b"), bytes(300L)));
        byte[] identity = bytes(clock, "d|a|b", ZERO, "a", ZERO, 0x7000L, 7L);
        families.put("dedupe", Map.of(identity, bytes(request.requestHash(), request.acceptedMs(), clock)));
        families.put("cursors", Map.of(bytes("b", ZERO, "phone", ZERO, "d|a|b"), bytes(200L)));
        families.put("devices", Map.of(bytes("b", ZERO, "phone"), bytes(100L, clock)));
        families.put(
                "meta",
                Map.of(
                        bytes("format"), new byte[] {0, 0, 0, (byte) format},
                        bytes("log_id"), bytes("cafe"),
                        bytes("last"), bytes(400L, clock),
                        bytes("generations"), bytes(clock)));
        write(families);
    }

    private void write(Map<String, Map<byte[], byte[]>> families) throws RocksDBException {
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        families.keySet().forEach(name -> descriptors.add(new ColumnFamilyDescriptor(bytes(name))));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
                RocksDB db = RocksDB.open(options, folder.resolve("store").toString(), descriptors, handles)) {
            int family = 0;
            for (Map<byte[], byte[]> entries : families.values()) {
                for (Map.Entry<byte[], byte[]> entry : entries.entrySet()) {
                    db.put(handles.get(family), entry.getKey(), entry.getValue());
                }
                family++;
            }
            handles.forEach(ColumnFamilyHandle::close);
        }
    }

    private static byte[] bytes(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof String text) {
                out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            } else if (part instanceof Long number) {
                out.writeBytes(ByteBuffer.allocate(8).putLong(number).array());
            } else if (part instanceof byte[] array) {
                out.writeBytes(array);
            } else {
                out.write((Byte) part);
            }
        }
        return out.toByteArray();
    }
}
