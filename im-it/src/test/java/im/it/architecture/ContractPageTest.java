package im.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/contract.md names, for every promise and every rule, tests that there are. */
class ContractPageTest {
    private static final Path PAGE = Path.of("docs/contract.md");
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*)#(\\w+)`");
    private static final Pattern BARE = Pattern.compile("`([A-Z]\\w*(?:Test|IT|Contract))`");
    private static final Pattern METHOD = Pattern.compile("^ {4}(?:public )?void (\\w+)\\(");
    private static final Pattern MARK = Pattern.compile("^ {4}@(?:Test|ParameterizedTest|RepeatedTest)\\b");

    private final SourceTree tree = SourceTree.read();
    private final Map<String, Set<String>> tests = new HashMap<>();

    @Test
    void everyTestThatIsNamedExists() {
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (String line : tree.lines(PAGE)) {
            for (MatchResult test : results(NAMED, line)) {
                named++;
                if (!testsOf(test.group(1)).contains(test.group(2))) {
                    missing.add(test.group(1) + "#" + test.group(2));
                }
            }
        }
        assertThat(missing)
                .as("tests that docs/contract.md names and that are not there")
                .isEmpty();
        assertThat(named).as("tests named by docs/contract.md").isGreaterThan(80);
    }

    @Test
    void aTestIsNamedByItsMethodToo() {
        assertThat(tree.find(List.of(PAGE), BARE))
                .as("classes without a method")
                .isEmpty();
    }

    @Test
    void everyPromiseAndEveryRuleIsDecidedByATest() {
        Stream<String> promises = IntStream.rangeClosed(1, 18).mapToObj(Integer::toString);
        Stream<String> rules = IntStream.rangeClosed(1, 38).mapToObj(rule -> "D" + rule);
        List<String> undecided = Stream.concat(promises, rules)
                .filter(row -> tree.lines(PAGE).stream()
                        .filter(line -> line.startsWith("| " + row + " |"))
                        .noneMatch(line -> NAMED.matcher(line).find()))
                .toList();
        assertThat(undecided)
                .as("rows of docs/contract.md that no test decides")
                .isEmpty();
    }

    /** A test that carries a rule's number is what a reader of the rule wants to see. */
    @Test
    void whatATestIsNamedAfterIsTheRuleThatNamesIt() {
        List<String> elsewhere = new ArrayList<>();
        for (String line : tree.lines(PAGE)) {
            Matcher row = Pattern.compile("^\\| (D\\d+) \\|").matcher(line);
            if (!row.find()) {
                continue;
            }
            for (MatchResult test : results(NAMED, line)) {
                Set<String> rules = new HashSet<>();
                results(Pattern.compile("_(D\\d+)"), test.group(2)).forEach(rule -> rules.add(rule.group(1)));
                if (!rules.isEmpty() && !rules.contains(row.group(1))) {
                    elsewhere.add(row.group(1) + " names " + test.group(2));
                }
            }
        }
        assertThat(elsewhere).isEmpty();
    }

    private static List<MatchResult> results(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    /** The methods of a test class, by its name, that JUnit runs. */
    private Set<String> testsOf(String name) {
        return tests.computeIfAbsent(name, this::read);
    }

    private Set<String> read(String name) {
        Set<String> methods = new HashSet<>();
        for (Path path : tree.matching(path -> path.endsWith(name + ".java"))) {
            boolean marked = false;
            for (String line : tree.lines(path)) {
                Matcher method = METHOD.matcher(line);
                if (MARK.matcher(line).find()) {
                    marked = true;
                } else if (method.find()) {
                    if (marked) {
                        methods.add(method.group(1));
                    }
                    marked = false;
                }
            }
        }
        return methods;
    }
}
