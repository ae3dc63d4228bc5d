package im.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class SourceTreeTest {
    private static final int LONGEST_FILE = 500;

    /** Files that may be longer, each with the reason. */
    private static final Map<String, String> MAY_BE_LONGER = Map.of();

    private final SourceTree tree = SourceTree.read();

    @Test
    void theTreeIsSeen() {
        assertThat(tree.java()).hasSizeGreaterThan(50);
        assertThat(tree.files())
                .contains(Path.of("pom.xml"), Path.of("scripts/im"), Path.of("proto/im/v1/client.proto"))
                // A package that is named as what a build leaves behind.
                .contains(Path.of("im-bench/src/main/java/im/bench/target/Target.java"))
                .noneMatch(path -> path.startsWith("im-bench/target"));
    }

    @Test
    void everyModuleOfTheBuildIsUnderTheRules() throws Exception {
        List<String> modules =
                Stream.of(Module.values()).map(module -> module.folder).toList();
        assertThat(elements(Path.of("pom.xml"), "module").map(Element::getTextContent))
                .as("modules in pom.xml: those of im.it.architecture.Module, im-it, and one without code")
                .hasSize(modules.size() + 2)
                .containsAll(modules)
                .contains("im-it", "im-servers/kafka");
    }

    @Test
    void noFileIsLongerThanAReaderBears() {
        List<String> tooLong = new ArrayList<>();
        for (Path path : tree.java()) {
            int length = tree.lines(path).size();
            if (length > LONGEST_FILE && !MAY_BE_LONGER.containsKey(path.toString())) {
                tooLong.add(path + " has " + length + " lines");
            }
        }
        assertThat(tooLong).as("files of more than " + LONGEST_FILE + " lines").isEmpty();
        assertThat(MAY_BE_LONGER.keySet())
                .as("exceptions that are needed no more")
                .allSatisfy(path -> assertThat(tree.lines(Path.of(path))).hasSizeGreaterThan(LONGEST_FILE));
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() {
        Set<Path> folders = new HashSet<>();
        tree.java().forEach(path -> folders.add(path.getParent()));
        List<Path> bare =
                folders.stream().filter(folder -> !isMarked(folder)).sorted().toList();
        assertThat(bare).as("packages without a @NullMarked package-info.java").isEmpty();
    }

    /** A test in a package of its module's main sources needs no second one. */
    private boolean isMarked(Path folder) {
        Path main = Path.of(folder.toString().replace("/src/test/", "/src/main/"));
        return Stream.of(folder, main)
                .map(place -> place.resolve("package-info.java"))
                .filter(tree.files()::contains)
                .anyMatch(info -> tree.lines(info).contains("@NullMarked"));
    }

    @Test
    void noTestWaitsForTimeToPass() {
        List<Path> tests = tree.matching(path -> path.toString().endsWith(".java")
                && (path.toString().contains("/src/test/") || path.startsWith("im-testkit")));
        assertThat(tree.find(
                        tests, Pattern.compile("\\b(Thread|SECONDS|MILLISECONDS|MICROSECONDS|NANOSECONDS)\\.sleep\\b")))
                .as("tests that sleep; wait for a state (Awaitility, a latch) or turn a clock")
                .isEmpty();
    }

    @Test
    void versionsStandInTheParentOnly() throws Exception {
        List<String> outside = new ArrayList<>();
        for (Path pom : tree.matching(path -> path.endsWith("pom.xml") && path.getNameCount() > 1)) {
            elements(pom, "version")
                    .filter(version -> !version.getParentNode().getNodeName().equals("parent"))
                    .forEach(version -> outside.add(pom + ": " + version.getTextContent() + " in "
                            + version.getParentNode().getTextContent().strip().replaceAll("\\s+", " ")));
        }
        assertThat(outside).as("versions outside the parent pom").isEmpty();
    }

    @Test
    void nothingNamesAMachineOrAPackageHost() {
        Pattern machine = Pattern.compile("(^|[^\\w.$}*])/(work|root|Users|home(?!/im\\b))/\\w|/tmp/w[t]\\b");
        Pattern host = Pattern.compile("\\b(repo1?\\.maven\\.(apache\\.)?org|registry\\.npmjs\\.org|pypi\\.org"
                + "|static\\.crates\\.io|proxy\\.golang\\.org|deb\\.debian\\.org)\\b");
        assertThat(tree.find(tree.files(), machine))
                .as("absolute paths of one machine")
                .isEmpty();
        assertThat(tree.find(tree.files(), host))
                .as("hosts of package registries")
                .isEmpty();
    }

    @Test
    void everyPageThatIsNamedIsThere() {
        Set<String> pages = new HashSet<>();
        tree.files().forEach(path -> pages.add(path.getFileName().toString()));
        Pattern page = Pattern.compile("\\b[\\w-]+\\.md\\b");
        List<String> missing = tree.findLines(tree.files(), (path, line) -> {
            Matcher matcher = page.matcher(line);
            return matcher.results().anyMatch(result -> !pages.contains(result.group()));
        });
        assertThat(missing).as("pages that are named and not there").isEmpty();
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(tree.find(tree.java(), Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b")))
                .as("work left for later: do it, or open an issue")
                .isEmpty();
    }

    private Stream<Element> elements(Path pom, String name) throws Exception {
        NodeList found = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(tree.absolute(pom).toFile())
                .getElementsByTagName(name);
        return Stream.iterate(0, i -> i < found.getLength(), i -> i + 1).map(i -> (Element) found.item(i));
    }
}
