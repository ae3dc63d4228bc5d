package im.relay.local;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.local.DedupeWindow.Seen;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

class DedupeWindowTest {
    private static final long WINDOW = 100;

    @TempDir
    Path folder;

    private DataFolder data;
    private Tables tables;
    private DedupeWindow window;

    @BeforeEach
    void open() throws Exception {
        data = DataFolder.open(folder);
        tables = Tables.open(data, 1 << 20);
        window = DedupeWindow.load(tables, WINDOW);
    }

    @AfterEach
    void close() throws Exception {
        tables.close();
        data.close();
    }

    @Test
    void anEmptyWindowKnowsNothing() throws Exception {
        assertThat(window.find(identity(1), 0)).isNull();
    }

    @Test
    void whatWasSeenInAnOlderGenerationIsFoundWithinTheWindow() throws Exception {
        see(1, 0);
        see(2, 99);
        see(3, 100);

        assertThat(window.find(identity(2), 199)).isNotNull();
        assertThat(window.find(identity(2), 200)).isNull();
        assertThat(window.find(identity(1), 101)).isNull();
    }

    @Test
    void theYoungestSightingCounts() throws Exception {
        see(1, 0);
        see(1, 100);

        Seen seen = window.find(identity(1), 150);

        assertThat(seen).isNotNull();
        assertThat(seen.lastSeenMs()).isEqualTo(100);
    }

    @Test
    void generationsOlderThanTwoWindowsAreGone() throws Exception {
        for (int i = 0; i < 50; i++) {
            see(i, i * WINDOW / 2);
        }

        assertThat(entries()).isBetween(4, 10);
        assertThat(DedupeWindow.load(tables, WINDOW).find(identity(49), 49 * WINDOW / 2))
                .isNotNull();
    }

    @Test
    void aPauseOfManyWindowsLeavesOnlyTheNewGeneration() throws Exception {
        see(1, 0);
        see(2, 150);
        see(3, 100_000);
        see(4, 200_000);

        assertThat(window.find(identity(3), 200_000)).isNull();
        assertThat(window.find(identity(4), 200_000)).isNotNull();
        assertThat(entries()).isEqualTo(2);
    }

    private void see(int id, long now) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch();
                WriteOptions options = new WriteOptions()) {
            window.put(identity(id), new Seen(new byte[16], now, now), batch);
            tables.db.write(options, batch);
        }
    }

    private int entries() {
        int count = 0;
        try (RocksIterator at = tables.db.newIterator(tables.dedupe)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                count++;
            }
        }
        return count;
    }

    private static byte[] identity(int id) {
        return Keyspace.ascii("d|a|b\0a\0" + id);
    }
}
