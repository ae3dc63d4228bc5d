package im.client.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store on disk, its process killed at any byte. */
class FileStoreTest {
    @TempDir
    Path folder;

    private static StoreUpdate cursor(String peer, long position) {
        return new StoreUpdate(false, null, Map.of(peer, position), Map.of(), List.of(), Map.of(), Set.of());
    }

    private static StoredSend message(long number) {
        return new StoredSend(number, "bob", "id-" + number, 0, new byte[] {1, 2, (byte) number});
    }

    /** All kinds of change, some of them together. */
    private static List<StoreUpdate> someUpdates() {
        DeviceRecord device = new DeviceRecord("phone", "ann", "log-1", true, 17, 1_000);
        return List.of(
                new StoreUpdate(true, device, Map.of(), Map.of(), List.of(), Map.of(), Set.of()),
                new StoreUpdate(
                        false, null, Map.of(), Map.of("bob", 9L), List.of(message(1), message(2)), Map.of(), Set.of()),
                cursor("bob", 7),
                new StoreUpdate(false, null, Map.of(), Map.of(), List.of(), Map.of(2L, 5_000L), Set.of(1L)),
                cursor("bob", 6),
                new StoreUpdate(true, null, Map.of("cid", 3L), Map.of("cid", 4L), List.of(), Map.of(), Set.of()));
    }

    private StoredState reopened() throws IOException {
        try (FileStore store = FileStore.open(folder)) {
            return store.load();
        }
    }

    @Test
    void aFolderThatItMakesIsTheOwnersAlone() throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "no owners here");
        Path made = folder.resolve("deep").resolve("store");

        FileStore.open(made).close();

        assertThat(Files.getPosixFilePermissions(made)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void whatWasSavedIsThereAgain() throws IOException {
        StoredState expected = StoredState.EMPTY;
        try (FileStore store = FileStore.open(folder)) {
            assertThat(store.load()).isEqualTo(StoredState.EMPTY);
            for (StoreUpdate update : someUpdates()) {
                store.save(update);
                expected = expected.with(update);
            }
        }

        assertThat(reopened()).isEqualTo(expected);
        assertThat(expected.cursors()).containsExactly(Map.entry("cid", 3L));
        assertThat(expected.sends()).containsExactly(message(2).tried(5_000));
    }

    @Test
    void aFileThatEndsAtAnyByteHoldsEverySaveThatWasWholeAndTakesMore() throws IOException {
        List<StoredState> states = new ArrayList<>(List.of(StoredState.EMPTY));
        List<Long> ends = new ArrayList<>();
        Path file = folder.resolve("state");
        try (FileStore store = FileStore.open(folder)) {
            store.load();
            ends.add(Files.size(file));
            for (StoreUpdate update : someUpdates()) {
                store.save(update);
                states.add(states.get(states.size() - 1).with(update));
                ends.add(Files.size(file));
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int saves = 0;
            while (saves + 1 < ends.size() && ends.get(saves + 1) <= length) {
                saves++;
            }
            StoredState before = states.get(saves);
            try (FileStore store = FileStore.open(folder)) {
                assertThat(store.load()).as("cut at byte %d", length).isEqualTo(before);
                store.save(cursor("dan", 99));
            }
            assertThat(reopened()).as("cut at byte %d", length).isEqualTo(before.with(cursor("dan", 99)));
        }
    }

    @Test
    void aLastRecordOfZerosOrOfOtherBytesIsNoRecord() throws IOException {
        StoredState expected = StoredState.EMPTY.with(cursor("bob", 7));
        Path file = folder.resolve("state");
        try (FileStore store = FileStore.open(folder)) {
            store.load();
            store.save(cursor("bob", 7));
        }
        byte[] good = Files.readAllBytes(file);

        Files.write(file, Arrays.copyOf(good, good.length + 40));
        assertThat(reopened()).isEqualTo(expected);

        try (FileStore store = FileStore.open(folder)) {
            store.load();
            store.save(cursor("bob", 8));
        }
        byte[] torn = Files.readAllBytes(file);
        torn[torn.length - 1] ^= 1;
        Files.write(file, torn);
        assertThat(reopened()).isEqualTo(expected);
    }

    @Test
    void damageBeforeTheEndIsSaidAndNothingIsCutOff() throws IOException {
        Path file = folder.resolve("state");
        try (FileStore store = FileStore.open(folder)) {
            store.load();
            store.save(cursor("bob", 7));
            store.save(cursor("bob", 8));
        }
        byte[] good = Files.readAllBytes(file);
        for (int at : new int[] {0, 8, 12, 16, 24}) {
            byte[] damaged = good.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);

            assertThatThrownBy(this::reopened)
                    .as("byte %d", at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("state");
            assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
        }
    }

    @Test
    void aFolderServesOneClientAtATimeAndAnybodyMayReadTheFile() throws IOException {
        FileStore first = FileStore.open(folder);
        first.load();
        first.save(cursor("bob", 7));

        assertThatThrownBy(() -> FileStore.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
        assertThat(RecordFile.read(folder.resolve("state")).records()).hasSize(1);

        first.close();
        assertThat(reopened().cursors()).containsEntry("bob", 7L);
    }

    @Test
    void aFileThatOutgrowsWhatItHoldsIsWrittenAnewAndStaysSmall() throws IOException {
        long bound = 2_000;
        long seed = System.nanoTime();
        System.out.println("FileStoreTest seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        StoredState expected = StoredState.EMPTY;
        for (int run = 0; run < 5; run++) {
            try (FileStore store = FileStore.open(folder, bound)) {
                assertThat(store.load().with(cursor("a", 1))).isEqualTo(expected.with(cursor("a", 1)));
                for (int i = 0; i < 500; i++) {
                    StoreUpdate update = random(random, run * 1_000L + i);
                    store.save(update);
                    expected = expected.with(update);
                    assertThat(Files.size(folder.resolve("state")))
                            .as("seed %d", seed)
                            .isLessThan(10 * bound);
                }
            }
        }
        assertThat(reopened().cursors()).as("seed %d", seed).isEqualTo(expected.cursors());
        assertThat(reopened().sends()).isEqualTo(expected.sends());
    }

    /** A few peers, and never more than a few open sends. */
    private static StoreUpdate random(SplittableRandom random, long number) {
        Map<String, Long> cursors = new HashMap<>();
        cursors.put("peer-" + random.nextInt(5), number);
        Set<Long> settled = new HashSet<>();
        if (number >= 3) {
            settled.add(number - 3);
        }
        return new StoreUpdate(false, null, cursors, Map.of(), List.of(message(number)), Map.of(), settled);
    }

    @Test
    void aCrashWhileItIsWrittenAnewLeavesTheOldFile() throws IOException {
        try (FileStore store = FileStore.open(folder)) {
            store.load();
            store.save(cursor("bob", 7));
        }
        Files.write(folder.resolve("state.new"), new byte[] {1, 2, 3});

        assertThat(reopened().cursors()).containsEntry("bob", 7L);
        try (FileStore store = FileStore.open(folder, 1)) {
            store.load();
            store.save(cursor("bob", 8));
        }

        assertThat(reopened().cursors()).containsEntry("bob", 8L);
        assertThat(folder.resolve("state.new")).doesNotExist();
    }
}
