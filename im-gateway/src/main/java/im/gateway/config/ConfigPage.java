package im.gateway.config;

import java.util.List;
import java.util.stream.Collectors;

/** The keys as people read them: what is in force, and the documentation. */
public final class ConfigPage {
    private ConfigPage() {}

    /** Every key with its unit, default, value in force and that value's source, in columns. */
    public static String effective(LoadedConfig<?> loaded) {
        StringBuilder page = new StringBuilder(row("KEY", "UNIT", "DEFAULT", "VALUE", "SOURCE"));
        for (Key<?> key : Keys.ALL) {
            RawValue value = loaded.values().get(key.name());
            if (value != null) {
                page.append(row(
                        key.name(),
                        dash(key.kind().unit()),
                        dash(key.defaultText()),
                        dash(Problem.shown(key.name(), value.text())),
                        value.source()));
            }
        }
        return page.toString();
    }

    private static String row(String key, String unit, String byDefault, String value, String source) {
        return String.format("%-27s %-9s %-10s %-32s %s%n", key, unit, byDefault, value, source);
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** The table of {@code docs/configuration.md}. */
    public static String markdown() {
        return Keys.ALL.stream().map(ConfigPage::markdownRow).collect(Collectors.joining("", MARKDOWN_HEAD, ""));
    }

    private static final String MARKDOWN_HEAD = """
            | key | variable | default | expected | what it does |
            |---|---|---|---|---|
            """;

    private static String markdownRow(Key<?> key) {
        List<String> cells = List.of(
                code(key.name()),
                code(key.variable()),
                code(key.defaultText()),
                key.kind().expectation(),
                key.purpose());
        return cells.stream().map(c -> c.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String code(String text) {
        return text.isEmpty() ? "not set" : "`" + text + "`";
    }
}
