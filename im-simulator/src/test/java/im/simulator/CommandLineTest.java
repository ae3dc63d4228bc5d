package im.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class CommandLineTest {
    private static final String CHAT = "simulate chat --connections 10 --rate 10 --duration 1s";

    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path empty;

    private int run(String line) {
        CommandLine commands = Main.commandLine();
        commands.setErr(new PrintWriter(err)).setOut(new PrintWriter(out));
        return commands.execute(line.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--connections 1 | '--connections': '1' is not 2 or more",
                "--connections x | '--connections': 'x' is not an int",
                "--connections 99999999 | '--connections': '99999999' is not at most",
                "--rate 0 | '--rate': '0.0' is not above 0, at most 1000000",
                "--rate 1000001 | '--rate': '1000001.0' is not above 0",
                "--rate NaN | '--rate': 'NaN' is not above 0",
                "--duration 30 | '--duration': '30' is not a whole number and ms, s, m, h or d, such as 30s",
                "--duration 1.5s | '--duration': '1.5s' is not a whole number",
                "--duration 0s | '--duration': '0ms' is not more than 0",
                "--duration 999999999d | '--duration': '86399999913600s' is not at most 2^30 messages in all",
                "--devices 0 | '--devices': '0' is not 1-16",
                "--devices 17 | '--devices': '17' is not 1-16",
                "--churn 10 | '--churn': '10' is not 0% to 90%, such as 10%",
                "--churn 91% | '--churn': '91%' is not 0% to 90%",
                "--payload-bytes -1 | '--payload-bytes': '-1' is not 0-65536",
                "--payload-bytes 65537 | '--payload-bytes': '65537' is not 0-65536",
                "--wire xml | '--wire': 'xml' is not proto or json",
                "--wire json --url tcp://h:1 | '--wire': 'json' is not possible on tcp://, only on ws://",
                "--settle soon | '--settle': 'soon' is not a whole number",
                "--connect-timeout -1s | '--connect-timeout': '-1s' is not a whole number",
                "--loops 0 | '--loops': '0' is not 1-64",
                "--comebacks 91% | '--comebacks': '91%' is not 0% to 90%",
                "--seed x | '--seed': 'x' is not a long",
                "--url ftp://h:1 | '--url': 'ftp://h:1' is not ws://host:port[/path] or tcp://host:port",
                "--json /no/such/folder/r.json | '--json': '/no/such/folder/r.json' is not a file in a folder",
                "--key a --tokens b | mutually exclusive",
                "--data a --key b | mutually exclusive",
                "--nonsense | Unknown option",
            })
    void aWrongOptionIsToldWithItsValueAndWhatWasExpected(String options, String expected) {
        for (String scenario : new String[] {"chat", "group", "mixed"}) {
            String line = CHAT.replace("chat", scenario);
            for (String given : new String[] {"--connections 10", "--rate 10", "--duration 1s"}) {
                line = options.startsWith(given.split(" ")[0]) ? line.replace(" " + given, "") : line;
            }
            err.getBuffer().setLength(0);

            assertThat(run(line + " " + options.strip())).as(line).isEqualTo(2);
            assertThat(err.toString()).contains(expected.strip());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "simulate chat --rate 1 --duration 1s,Missing required option: '--connections=N'",
        "simulate chat --connections 2 --duration 1s,Missing required option: '--rate=N'",
        "simulate chat --connections 2 --rate 1,Missing required option: '--duration=TIME'",
        "simulate group --connections 0 --rate 1 --duration 1s,'--connections': '0' is not 2 or more",
        "simulate group --connections 4 --rate 1 --duration 1s --members 5,'--members': '5' is not 2 to 4",
        "simulate group --connections 4 --rate 1 --duration 1s --members 1,'--members': '1' is not 2 to 4",
        "simulate group --connections 4 --rate 1 --duration 1s --senders 0,'--senders': '0' is not 1-4",
        "simulate group --connections 4 --rate 1 --duration 1s --senders 5,'--senders': '5' is not 1-4",
        "simulate group --connections 9 --rate 1 --duration 1s --groups 0,'--groups': '0' is not 1-10000",
        "simulate group --connections 9 --rate 1 --duration 1s --groups 10001,'--groups': '10001' is not 1-10000",
        "simulate group --connections 9000 --rate 1 --duration 1s --groups 9999,'--groups': '9999' is not few enough",
        "simulate mixed --connections 4 --rate 1 --duration 1s --group-share 91%,'91%' is not 0% to 90%",
        "simulate storm,Unmatched argument at index 1: 'storm'",
        "send --uid a --to b,Missing required option: '--text=TEXT'",
        "send --uid a|b --to b --text x,'--uid': 'a|b' is not 1-64 of",
        "listen --count 1,Missing required option: '--uid=UID'",
        "listen --uid a --count 0,'--count': '0' is not 1 or more",
        "listen --uid a --timeout 3,'--timeout': '3' is not a whole number",
        "frobnicate,Unmatched argument at index 0: 'frobnicate'"
    })
    void aWrongCommandIsUsage(String line, String expected) {
        assertThat(run(line)).isEqualTo(2);
        assertThat(err.toString()).contains(expected);
    }

    @ParameterizedTest
    @CsvSource({"simulate", "''"})
    void aCommandLeftOutIsUsage(String line) {
        assertThat(run(line)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "--help",
        "simulate --help",
        "simulate chat --help",
        "simulate group --help",
        "simulate mixed --help",
        "send --help",
        "listen --help"
    })
    void helpGoesToStdoutAndPasses(String line) {
        assertThat(run(line)).isZero();
        assertThat(out.toString()).startsWith("Usage: im");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"simulate chat --connections 2 --rate 1 --duration 1s", "send --uid a --to b --text x", "listen --uid a"
    })
    void aFolderWithoutServerCannotStart(String line) {
        assertThat(run(line + " --data " + empty)).isEqualTo(4);
        assertThat(err.toString()).contains(empty.toString()).contains("does not exist");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void aTokensFileWithTooFewUidsCannotStart() throws IOException {
        Path tokens = Files.writeString(empty.resolve("t"), "x.eyJzdWIiOiJhIn0.x\n");

        assertThat(run(CHAT + " --url tcp://127.0.0.1:1 --tokens " + tokens)).isEqualTo(4);
        assertThat(err.toString()).contains("--tokens: 1 uids, expected at least 10");
    }
}
