package im.relay.local;

import static im.relay.Answers.append;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.RocksDBException;

/** A check of a folder finds what was bent in it by hand, and leaves it alone. */
class FolderCheckTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    @TempDir
    Path folder;

    private interface Bending {
        void bend(Tables tables) throws RocksDBException;
    }

    private enum Damage {
        MESSAGE_GONE("prev of 3 is 2, expected 1", t -> t.db.delete(t.messages, Keyspace.message(AB, 2))),
        LAST_MESSAGE_GONE("holds 2 messages", t -> t.db.delete(t.messages, Keyspace.message(AB, 3))),
        MESSAGE_ELSEWHERE(
                "at 9 stands 3", t -> t.db.put(t.messages, Keyspace.message(AB, 9), t.db.get(t.messages, third()))),
        EXTENT_GONE("conversations say that they hold messages", t -> t.db.delete(t.conversations, conversationKey())),
        HEAD_ABOVE_LAST(
                "above the log's last position",
                t -> t.db.put(t.conversations, conversationKey(), new Extent(99, 0, 3, 1).encode())),
        EMPTY_BUT_NOT_DROPPED(
                "holds nothing, and says",
                t -> t.db.put(t.conversations, Keyspace.ascii("d|x|y"), new Extent(2, 1, 0, 0).encode())),
        INDEX_BEHIND("head of d|a|b is 2, expected 3", t -> t.db.put(t.index, indexKey("b"), Keyspace.number(2))),
        INDEX_GONE("entries, expected 2", t -> t.db.delete(t.index, indexKey("b"))),
        VERSION_BEHIND("version 1, expected 3", t -> t.db.put(t.index, Keyspace.version("a"), Keyspace.number(1))),
        CURSOR_ABOVE_HEAD(
                "cursor b d d|a|b: 7 above the head 3",
                t -> t.db.put(t.cursors, Keyspace.cursor("b", "d", AB), Keyspace.number(7))),
        READ_ABOVE_HEAD(
                "read position b d|a|b: 8 above the head 3",
                t -> t.db.put(t.reads, Keyspace.read("b", AB), Keyspace.number(8))),
        CURSOR_FELL_BACK(
                "copies of others' messages: accepted 3 is not",
                t -> t.db.delete(t.cursors, Keyspace.cursor("b", "d", AB)));

        private final String says;

        @SuppressWarnings("ImmutableEnumChecker")
        private final Bending bending;

        Damage(String says, Bending bending) {
            this.says = says;
            this.bending = bending;
        }

        private static byte[] conversationKey() {
            return Keyspace.conversation(AB);
        }

        private static byte[] third() {
            return Keyspace.message(AB, 3);
        }

        private static byte[] indexKey(String uid) {
            return Keyspace.index(uid, AB);
        }
    }

    private void fill() {
        try (TestStore store = TestStore.opened(folder)) {
            open(store.cursors(), "b", "d", false);
            for (int i = 1; i <= 3; i++) {
                append(store.log(), message("a", "b", i, "m" + i));
            }
            raise(store.cursors(), "b", "d", AB, 2);
        }
    }

    @Test
    void aSoundFolderIsFoundSoundAndLeftAsItIs() throws IOException {
        fill();
        Map<Path, FileTime> before = files();

        CheckReport report = FolderCheck.run(folder);

        assertThat(report.lines())
                .containsExactly(
                        "conversations 1, messages held 3, devices 1",
                        "copies of others' messages: accepted 3 = acknowledged 2 + truncated 0 + written off 0 + pending 1",
                        "copies of own messages: accepted 0 = acknowledged 0 + truncated 0 + written off 0 + pending 0",
                        "sound");
        assertThat(files()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void whatWasBentIsFound(Damage damage) throws Exception {
        fill();
        try (DataFolder data = DataFolder.open(folder);
                Tables tables = Tables.open(data, 1 << 20)) {
            damage.bending.bend(tables);
        }

        CheckReport report = FolderCheck.run(folder);

        assertThat(report.isSound()).isFalse();
        assertThat(report.lines()).anyMatch(line -> line.startsWith("WRONG") && line.contains(damage.says));
        assertThat(report.lines()).last().asString().startsWith("not sound: ");
    }

    @Test
    void moreThanAPageOfDisagreementsIsCutShort() throws Exception {
        fill();
        try (DataFolder data = DataFolder.open(folder);
                Tables tables = Tables.open(data, 1 << 20)) {
            for (int i = 0; i < 80; i++) {
                tables.db.put(tables.cursors, Keyspace.cursor("b", "x" + i, AB), Keyspace.number(9));
            }
        }

        CheckReport report = FolderCheck.run(folder);

        assertThat(report.wrongCount()).isEqualTo(80);
        assertThat(report.lines()).contains("WRONG and 30 more").endsWith("not sound: 80 wrong");
    }

    @Test
    void aFolderInUseOrMissingOrOfAnotherFormatIsNotLookedAt() throws IOException {
        assertThatThrownBy(() -> FolderCheck.run(folder.resolve("nowhere"))).isInstanceOf(NoSuchFileException.class);
        try (TestStore store = TestStore.opened(folder)) {
            assertThat(store.log().failure()).isNull();
            assertThatThrownBy(() -> FolderCheck.run(folder)).isInstanceOf(FolderInUseException.class);
        }
        Files.writeString(folder.resolve("FORMAT"), "im-data 2\n");
        assertThatThrownBy(() -> FolderCheck.run(folder)).isInstanceOf(FolderFormatException.class);
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    void aFolderOfFormatTwoIsCountedFromWhatItHolds() throws Exception {
        fill();
        try (DataFolder data = DataFolder.open(folder);
                Tables tables = Tables.open(data, 1 << 20)) {
            tables.db.delete(tables.meta, Keyspace.META_CONSERVATION);
            tables.db.put(tables.meta, Keyspace.META_FORMAT, new byte[] {0, 0, 0, 2});
        }
        Files.writeString(folder.resolve("FORMAT"), "im-data 2\n");

        try (TestStore store = TestStore.opened(folder)) {
            append(store.log(), message("a", "b", 4, "m4"));
        }

        CheckReport report = FolderCheck.run(folder);
        assertThat(report.others()).isEqualTo(new CheckReport.Copies(2, 0, 0, 0, 2));
        assertThat(report.isSound()).isTrue();
        assertThat(folder.resolve("FORMAT")).hasContent("im-data 4\n");
    }

    @Test
    void aFolderOfFormatThreeGetsGroupsAndKeepsItsCounts() throws Exception {
        fill();
        CheckReport before = FolderCheck.run(folder);
        try (DataFolder data = DataFolder.open(folder);
                Tables tables = Tables.open(data, 1 << 20)) {
            tables.db.put(tables.meta, Keyspace.META_FORMAT, new byte[] {0, 0, 0, 3});
            tables.db.dropColumnFamilies(List.of(tables.groups, tables.members, tables.joined));
        }
        Files.writeString(folder.resolve("FORMAT"), "im-data 3\n");

        TestStore.opened(folder).close();

        CheckReport report = FolderCheck.run(folder);
        assertThat(report.isSound()).isTrue();
        assertThat(report.others()).isEqualTo(before.others());
        assertThat(report.own()).isEqualTo(before.own());
        assertThat(folder.resolve("FORMAT")).hasContent("im-data 4\n");
    }

    /** With the times of their last change; the lock, the libraries and RocksDB's own diary apart. */
    private Map<Path, FileTime> files() throws IOException {
        Map<Path, FileTime> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                String name = file.getFileName().toString();
                if (Files.isRegularFile(file) && !name.endsWith(".so") && !name.startsWith("LOG")) {
                    files.put(file, Files.getLastModifiedTime(file));
                }
            }
        }
        return files;
    }
}
