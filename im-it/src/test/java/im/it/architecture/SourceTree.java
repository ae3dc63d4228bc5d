package im.it.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The repository's files, without what a build or a run leaves behind. Paths are relative to its folder. */
final class SourceTree {
    private static final Set<String> LEFT_BEHIND = Set.of("target", "data", ".git", ".idea", ".vscode", ".settings");

    private final Path root;
    private final List<Path> files;

    private SourceTree(Path root, List<Path> files) {
        this.root = root;
        this.files = files;
    }

    /** Reads the tree that this test runs in. */
    static SourceTree read() {
        Path root = root();
        try (Stream<Path> all = Files.walk(root)) {
            List<Path> files = all.map(root::relativize)
                    .filter(SourceTree::isKept)
                    .filter(path -> Files.isRegularFile(root.resolve(path)))
                    .sorted()
                    .toList();
            return new SourceTree(root, files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The build sets {@code im.home}; an editor that runs a test does not. */
    static Path root() {
        String home = System.getProperty("im.home");
        Path folder = Path.of(home == null ? "" : home).toAbsolutePath().normalize();
        while (!Files.isDirectory(folder.resolve(".mvn"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "no folder with .mvn above " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder;
    }

    private static boolean isKept(Path path) {
        for (Path part : path) {
            if (part.toString().equals("src")) {
                // Below it nothing is left behind, whatever a package is named.
                return true;
            }
            if (LEFT_BEHIND.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }

    List<Path> files() {
        return files;
    }

    List<Path> java() {
        return matching(path -> path.toString().endsWith(".java"));
    }

    List<Path> matching(Predicate<Path> wanted) {
        return files.stream().filter(wanted).toList();
    }

    Path absolute(Path path) {
        return root.resolve(path);
    }

    /** The lines of a text file; none if it is not UTF-8. */
    List<String> lines(Path path) {
        try {
            return Files.readAllLines(root.resolve(path));
        } catch (MalformedInputException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }

    /** Where {@code pattern} stands in these files, as {@code path:line: text}. */
    List<String> find(List<Path> paths, Pattern pattern) {
        return findLines(paths, (path, line) -> pattern.matcher(line).find());
    }

    List<String> findLines(List<Path> paths, BiFunction<Path, String, Boolean> wanted) {
        List<String> found = new ArrayList<>();
        for (Path path : paths) {
            int number = 0;
            for (String line : lines(path)) {
                number++;
                if (wanted.apply(path, line)) {
                    found.add(path + ":" + number + ": " + line.strip());
                }
            }
        }
        return found;
    }
}
