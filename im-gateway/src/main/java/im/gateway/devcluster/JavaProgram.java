package im.gateway.devcluster;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This very program, as a command line of its own. */
final class JavaProgram {
    private static final String MAIN = "im.gateway.launch.Main";
    /** Set by the launcher: held by every JVM that runs from the folder it staged. */
    private static final String IN_USE = "im.run.in-use";

    private JavaProgram() {}

    /** The flags that this JVM was started with. */
    static List<String> ownFlags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    static List<String> command(List<String> flags, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
        command.addAll(arguments);
        return command;
    }

    static Optional<Path> held() {
        return Optional.ofNullable(System.getProperty(IN_USE)).map(Path::of);
    }
}
