package im.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    private final History history = new History();
    private final Recorder recorder = history.recorder(new DeviceRun("ann", "phone", 1));

    @Test
    void aHistoryOfEveryEventReadsBackAsItWasWritten(@TempDir Path folder) throws IOException {
        recorder.started(Start.NEW_FROM_HEADS);
        recorder.connected();
        long ref = recorder.invoked("bob", "m1", BodyHash.ofText("text/plain", "hi \"there\"\n"));
        recorder.settled(ref, Outcome.ACCEPTED, "OK");
        recorder.calledBack("bob", 1L << 60, -1, "m1", "ann", BodyHash.ofData("", new byte[3]), true, false);
        recorder.acked("bob", 1L << 60);
        recorder.caughtUp();
        recorder.refused("BAD_RANGE", "no");
        recorder.lagged();
        recorder.disconnected();
        recorder.stopped(false);

        HistoryFile.write(folder.resolve("in/a.jsonl"), history.events());
        List<Event> read = HistoryFile.read(folder.resolve("in/a.jsonl"));

        assertThat(read).isEqualTo(history.events());
        assertThat(read.stream().map(Object::getClass).distinct()).hasSize(Event.class.getPermittedSubclasses().length);
    }

    @Test
    void aLineOfAnotherTypeIsRefusedByItsNumber(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.writeString(file, "{\"event\":\"Sneezed\",\"at\":1}\n");

        assertThatThrownBy(() -> HistoryFile.read(file))
                .hasMessageContaining("event 1")
                .hasMessageContaining("Sneezed");
    }

    @Test
    void eventsOfManyThreadsAreAllKept() {
        IntStream.range(0, 10_000).parallel().forEach(i -> recorder.acked("bob", i));

        assertThat(history.events()).hasSize(10_000);
    }

    @Test
    void bodiesOfAnotherKindOrTypeHaveAnotherHash() {
        assertThat(List.of(
                        BodyHash.ofText("a", "x"),
                        BodyHash.ofText("b", "x"),
                        BodyHash.ofText("a", "y"),
                        BodyHash.ofData("a", "x".getBytes(java.nio.charset.StandardCharsets.UTF_8))))
                .doesNotHaveDuplicates()
                .allMatch(hash -> hash.length() == 32);
    }
}
