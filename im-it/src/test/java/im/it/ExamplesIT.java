package im.it;

import static im.testkit.Patience.PATIENCE;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.ImClient;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import im.examples.EchoBot;
import im.examples.HistoryBrowser;
import im.examples.OwnTransaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The programs of examples/java as processes of their own, some of them killed, against a real server. */
class ExamplesIT {
    @RegisterExtension
    static final TestServer SERVER = new TestServer();

    @TempDir
    Path folder;

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final Queue<ReceivedMessage> received = new ConcurrentLinkedQueue<>();
    private final List<Process> started = new ArrayList<>();
    private ImClient annsClient;

    @BeforeEach
    void annIsThere() {
        annsClient = ImClient.builder()
                .endpoint(SERVER.process().ws())
                .token(SERVER.token(ann))
                .messageListener(received::add)
                .build();
        annsClient.blocking().connect();
    }

    @AfterEach
    void everythingEnds() {
        annsClient.close();
        started.forEach(Process::destroyForcibly);
    }

    private Process start(Class<?> example, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                example.getName(),
                SERVER.process().ws().toString(),
                SERVER.token(bob)));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(out(started.size()).toFile())
                .start();
        started.add(process);
        return process;
    }

    private Process startReady(Class<?> example) throws IOException {
        int number = started.size();
        Process process = start(example, folder.resolve("app").toString());
        await().until(() -> Files.readString(out(number)).contains("ready") || !process.isAlive());
        assertThat(process.isAlive()).as(Files.readString(out(number))).isTrue();
        return process;
    }

    private Path out(int number) {
        return folder.resolve("out-" + number);
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private CompletableFuture<SendOutcome> send(String text) {
        return annsClient.send(bob, text);
    }

    private List<String> echoes() {
        return received.stream()
                .filter(message -> message.sender().equals(bob))
                .map(ReceivedMessage::text)
                .toList();
    }

    @Test
    void theEchoBotAnswersEverythingOnceAlsoWhatCameWhileItWasDead() throws Exception {
        Process first = startReady(EchoBot.class);
        send("one").join();
        await().until(() -> echoes().equals(List.of("one")));
        for (int i = 0; i < 50; i++) {
            send("burst " + i);
        }
        kill(first);
        send("two").join();

        startReady(EchoBot.class);

        await().until(() -> echoes().contains("two"));
        List<String> expected = new ArrayList<>(List.of("one"));
        for (int i = 0; i < 50; i++) {
            expected.add("burst " + i);
        }
        expected.add("two");
        assertThat(echoes()).isEqualTo(expected);
    }

    @Test
    void theClientWithItsOwnTransactionHasEverythingOnceWhateverKillsIt() throws Exception {
        List<String> expected = new ArrayList<>();
        Path database = folder.resolve("app/messages.txt");
        for (int run = 0; run < 4; run++) {
            Process process = startReady(OwnTransaction.class);
            for (int i = 0; i < 100; i++) {
                send("run " + run + " message " + i);
                expected.add("run " + run + " message " + i);
            }
            int some = run * 100 + 10;
            await().until(() -> Files.exists(database) && texts(database).size() >= some);
            kill(process);
        }
        startReady(OwnTransaction.class);

        await().until(() -> texts(database).size() >= expected.size());
        assertThat(texts(database)).isEqualTo(expected);
    }

    /** A line that the kill cut off is completed by nobody: the example's database is no better than its file. */
    private static List<String> texts(Path database) throws IOException {
        return Files.readAllLines(database).stream()
                .map(line -> line.split(" ", 3))
                .filter(words -> words.length == 3)
                .map(words -> words[2])
                .toList();
    }

    @Test
    void theHistoryBrowserPrintsTheNewestBackToTheBeginning() throws Exception {
        for (int i = 0; i < 10; i++) {
            send("message " + i).join();
        }

        Process browser = start(HistoryBrowser.class);

        assertThat(browser.waitFor(PATIENCE.toSeconds(), SECONDS)).isTrue();
        List<String> lines = Files.readAllLines(out(0));
        assertThat(lines).hasSize(12);
        assertThat(lines.get(0)).isEqualTo(ann + ": 10 unread");
        assertThat(lines.get(1)).endsWith(ann + ": message 9");
        assertThat(lines.get(10)).endsWith(ann + ": message 0");
        assertThat(lines.get(11)).isEqualTo("  (the beginning)");
        await().until(() ->
                annsClient.conversations(1, "").join().conversations().get(0).peerRead() > 0);
    }
}
