package im.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs programs that this machine does not have in containers of its Docker engine: on the machine's own network, with
 * the server's own folders, as our own user. So ports, files and logs are where a program of this machine would have
 * them, and the container's process is one that signals can be sent to.
 */
final class Containers {
    private static final String DOCKER = "docker";
    /** {@code docker}: what can run in a container does, although the program is here. */
    private static final String VARIABLE = "IM_SERVERS";

    private static final int PULL_SECONDS = 600;
    private static final int LAST_WORDS_SECONDS = 10;

    /** Copies what it says to the log, and takes the container away when it has ended. */
    private static final String FOLLOW = "exec </dev/null; command -v setsid >/dev/null 2>&1 && own=setsid; "
            + "exec $own sh -c 'docker logs --follow \"$0\"; docker rm --force \"$0\" >/dev/null 2>&1' \"$0\"";

    /** Reads a pipe whose other end only our JVM holds, and ends with the container. */
    private static final String WATCH = "exec 3<&0 </dev/null; (read -r _ <&3; docker kill \"$0\") >/dev/null 2>&1 & "
            + "exec 3<&-; docker wait \"$0\" >/dev/null 2>&1; kill $! 2>/dev/null";

    private static final class Engine {
        static final Availability FOUND = look();

        private static Availability look() {
            if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")) {
                return Availability.missing("containers are used on Linux only");
            }
            try {
                Programs.run(DOCKER, "version", "--format", "{{.Server.Version}}");
                return Availability.HERE;
            } catch (UncheckedIOException e) {
                return Availability.missing("no Docker engine answers");
            }
        }
    }

    private Containers() {}

    /** A program of this machine, or else the image that has it. */
    static Availability orImage(Availability program) {
        if (program.here() || Engine.FOUND.here()) {
            return Availability.HERE;
        }
        return Availability.missing(program.why() + ", and " + Engine.FOUND.why());
    }

    /** The image to run instead of a program; empty where the program itself is to be run. */
    static Optional<String> instead(boolean programHere, String variable, String image) {
        boolean wanted = DOCKER.equals(System.getenv(VARIABLE));
        if (programHere && !wanted || !Engine.FOUND.here()) {
            return Optional.empty();
        }
        return Optional.of(System.getenv().getOrDefault(variable, image));
    }

    /** Pulls the image if it is not here. */
    static ChildProcess start(String image, Launch launch) {
        fetch(image);
        String container = Programs.run(create(image, launch)).strip().lines().reduce("", (first, last) -> last);
        startOrRemove(container);
        Process follower =
                spawn(FOLLOW, container, Redirect.appendTo(launch.log().toFile()));
        if (launch.lifetime() == Lifetime.THIS_JVM) {
            Watched.keep(spawn(WATCH, container, Redirect.DISCARD));
        }
        long pid = pidOf(container);
        if (pid == 0) {
            follower.onExit()
                    .completeOnTimeout(follower, LAST_WORDS_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
        return ChildProcess.running(pid);
    }

    private static void startOrRemove(String container) {
        try {
            Programs.run(DOCKER, "start", container);
        } catch (UncheckedIOException e) {
            try {
                Programs.run(DOCKER, "rm", "--force", container);
            } catch (UncheckedIOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /** 0 when it has ended already. */
    private static long pidOf(String container) {
        try {
            String pid = Programs.run(DOCKER, "inspect", "--format", "{{.State.Pid}}", container);
            return Long.parseLong(pid.strip());
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    private static void fetch(String image) {
        try {
            Programs.run(DOCKER, "image", "inspect", image);
        } catch (UncheckedIOException e) {
            Programs.run(List.of(DOCKER, "pull", "--quiet", image), PULL_SECONDS);
        }
    }

    private static List<String> create(String image, Launch launch) {
        List<String> command = new ArrayList<>(List.of(DOCKER, "create", "--network", "host"));
        command.addAll(List.of("--user", id("-u") + ":" + id("-g"), "--workdir", text(launch.folder())));
        Stream.of(launch.folder(), launch.log().getParent())
                .map(Containers::text)
                .collect(Collectors.<String, Set<String>>toCollection(LinkedHashSet::new))
                .forEach(folder -> command.addAll(List.of("--volume", folder + ":" + folder)));
        launch.environment().forEach((name, value) -> command.addAll(List.of("--env", name + "=" + value)));
        command.add(image);
        command.add(Path.of(launch.command().get(0)).getFileName().toString());
        command.addAll(launch.command().subList(1, launch.command().size()));
        return command;
    }

    private static String id(String option) {
        return Programs.run("id", option).strip();
    }

    private static String text(Path folder) {
        return folder.toAbsolutePath().toString();
    }

    private static Process spawn(String script, String container, Redirect output) {
        try {
            return new ProcessBuilder("/bin/sh", "-c", script, container)
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run /bin/sh: " + e.getMessage(), e);
        }
    }
}
