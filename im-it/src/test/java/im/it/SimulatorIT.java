package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.it.Commands.Running;
import im.testkit.server.JavaRun.Ended;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that scripts rely on: what they print, what they write, how they end. */
class SimulatorIT {
    /** Of the tests that do no harm to a server. */
    @RegisterExtension
    static final TestServer SERVER = new TestServer();

    @TempDir
    Path folder;

    private static Commands commands() {
        return new Commands(SERVER.folder());
    }

    private static String number(String json, String key) {
        String from = json.substring(json.indexOf("\"" + key + "\" : ") + key.length() + 5);
        return from.substring(0, from.indexOf('\n')).replace(",", "");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRunAgainstAHealthyServerPassesAndPrintsOnlyItsReport(Transport transport) throws Exception {
        String url = SERVER.url(transport).toString();

        Ended run = commands()
                .run(("simulate chat --connections 60 --devices 2 --rate 200 --duration 4s --churn 20%"
                                + " --json - --wire "
                                + transport.wire.name().toLowerCase(Locale.ROOT) + " --url "
                                + url)
                        .split(" "));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("{\n").endsWith("}\n");
        assertThat(number(run.out(), "exit_code")).isEqualTo("0");
        assertThat(number(run.out(), "accepted"))
                .isEqualTo(number(run.out(), "sent"))
                .isNotEqualTo("0");
        assertThat(number(run.out(), "delivered")).isEqualTo(number(run.out(), "expected"));
        assertThat(run.err()).endsWith("PASSED\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"group --senders 8 --rate 100", "mixed --groups 3 --members 20 --group-share 30% --rate 200"})
    void everyMemberOfAGroupHasEveryMessageOnceAndInTheSameOrder(String scenario) throws Exception {
        Ended run = commands()
                .run(("simulate " + scenario
                                + " --connections 60 --duration 4s --churn 10% --comebacks 20% --json - --url "
                                + SERVER.url(Transport.TCP))
                        .split(" "));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(number(run.out(), "delivered"))
                .isEqualTo(number(run.out(), "expected"))
                .isNotEqualTo("0");
        assertThat(number(run.out(), "reconnects")).isNotEqualTo("0");
        assertThat(run.err()).endsWith("PASSED\n");
    }

    @Test
    void aServerThatIsKilledAndStartedAgainIsRiddenOut() throws Exception {
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder))) {
            Path report = folder.resolve("report.json");
            Running run = new Commands(folder)
                    .start(("simulate chat --connections 40 --rate 200 --duration 8s --churn 10% --json " + report)
                            .split(" "));
            awaitSending(run);

            server.kill9();
            server.start();
            Ended ended = run.await();

            assertThat(ended.code()).as(ended.err()).isZero();
            assertThat(ended.out()).isEmpty();
            assertThat(number(Files.readString(report), "reconnects")).isNotEqualTo("0");
        }
    }

    @Test
    void anInterruptedRunWritesItsReportAndEndsWithItsCode() throws Exception {
        Path report = folder.resolve("report.json");
        Running run = commands()
                .start(("simulate chat --connections 20 --rate 100 --duration 60s --url "
                                + SERVER.process().ws() + " --json " + report)
                        .split(" "));
        awaitSending(run);

        run.interrupt();
        Ended ended = run.await();

        String json = Files.readString(report);
        assertThat(number(json, "interrupted")).isEqualTo("true");
        assertThat(number(json, "exit_code")).isEqualTo(String.valueOf(ended.code()));
        assertThat(ended.code()).as(ended.err()).isIn(0, 3);
    }

    private static void awaitSending(Running run) {
        await().untilAsserted(() -> assertThat(run.err()).contains("sending"));
    }

    @Test
    void withoutAServerARunIsInconclusiveAndHasNoPercentiles() throws Exception {
        ServerProcess.prepare(ServerSpec.in(folder)).close();

        Ended run = new Commands(folder)
                .run(("simulate chat --connections 4 --rate 4 --duration 1s --connect-timeout 1s --json -"
                                + " --url tcp://127.0.0.1:1")
                        .split(" "));

        assertThat(run.code()).isEqualTo(3);
        assertThat(number(run.out(), "p50_ms")).isEqualTo("null");
        assertThat(run.err()).contains("INCONCLUSIVE: the server was not reached");
    }

    @Test
    void whatIsSentIsPrintedOnceByWhoListensAndNotAgain() throws Exception {
        String text = "早上好 👍 \"שלום\"";
        Ended first = send(commands(), text);
        send(commands(), "");

        Ended heard = listen("--count", "1");
        Ended rest = listen("--count", "1");
        Ended nothing = listen("--count", "1", "--timeout", "3s");

        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out())
                .matches("\\{\"message_id\":\"[0-9a-f-]{36}\",\"outcome\":\"accepted\",\"code\":\"OK\"}\n");
        assertThat(heard.code()).as(heard.err()).isZero();
        assertThat(heard.out().lines()).hasSize(1);
        assertThat(heard.out())
                .contains(first.out().substring(1, 52))
                .contains("\"sender\":\"alice\"")
                .contains("\"text\":\"早上好 👍 \\\"שלום\\\"\"");
        assertThat(rest.out()).contains("\"text\":\"\"");
        assertThat(nothing.code()).isEqualTo(3);
        assertThat(nothing.out()).isEmpty();
    }

    private static Ended send(Commands commands, String text) throws IOException, InterruptedException {
        return commands.run("send", "--uid", "alice", "--to", "bob", "--text", text);
    }

    private static Ended listen(String... more) throws IOException, InterruptedException {
        String[] arguments = new String[more.length + 3];
        System.arraycopy(new String[] {"listen", "--uid", "bob"}, 0, arguments, 0, 3);
        System.arraycopy(more, 0, arguments, 3, more.length);
        return commands().run(arguments);
    }

    @Test
    void aTokenThatIsRefusedSendsNothing() throws Exception {
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder))) {
            Files.writeString(folder.resolve("token.key"), "another key of at least thirty-two bytes");

            Ended refused = send(new Commands(folder), "x");

            assertThat(refused.code()).isEqualTo(3);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err()).contains("4401");
        }
    }
}
