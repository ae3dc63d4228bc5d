package im.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line as it was typed. Where no locale is set (a bare container, cron) Java reads every byte above 127 as
 * a replacement character, and {@code send --text} would send another text; Linux still has the bytes.
 */
final class RawArguments {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private RawArguments() {}

    /** The same arguments, read as UTF-8 where the system tells them. */
    static String[] of(String[] arguments) {
        boolean damaged = String.join("", arguments).indexOf('\uFFFD') >= 0;
        if (!damaged || !Files.isReadable(COMMAND_LINE)) {
            return arguments;
        }
        try {
            return last(arguments, Files.readAllBytes(COMMAND_LINE));
        } catch (IOException e) {
            return arguments;
        }
    }

    /** The last of the words that each end in a zero byte, as many as there are arguments. */
    static String[] last(String[] arguments, byte[] commandLine) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                words.add(new String(commandLine, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        int before = words.size() - arguments.length;
        return before < 0 ? arguments : words.subList(before, words.size()).toArray(new String[0]);
    }
}
