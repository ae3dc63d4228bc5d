package im.gateway.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads one YAML file into dotted keys with the line on which each value stands. Read as a stream of tokens and not
 * into a tree, since a tree knows no lines and shows one error at a time.
 */
final class ConfigFile {
    private static final long MAX_BYTES = 1 << 20;

    private final String name;
    private final List<Problem> problems;
    private final Map<String, RawValue> values = new LinkedHashMap<>();

    private ConfigFile(Path file, List<Problem> problems) {
        this.name = String.valueOf(file.getFileName());
        this.problems = problems;
    }

    /** @param problems gets what is wrong with the file's form, its keys and their number */
    static Map<String, RawValue> read(Path file, List<Problem> problems) {
        ConfigFile reader = new ConfigFile(file, problems);
        try {
            if (Files.size(file) > MAX_BYTES) {
                reader.complain("--config", file.toString(), 0, "a file of at most 1 MiB");
                return reader.values;
            }
            reader.parse(Files.readString(file));
        } catch (java.io.IOException e) {
            problems.add(Problem.of(
                    "--config", file.toString(), "command line or IM_CONFIG", false, "a UTF-8 file that can be read"));
        }
        return reader.values;
    }

    private void parse(String text) {
        try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                mapping(parser, "");
            } else if (first != null && first != JsonToken.VALUE_NULL) {
                malformed(line(parser), "expected key: value lines");
                return;
            }
            if (parser.nextToken() != null) {
                malformed(line(parser), "expected one YAML document and nothing behind it");
            }
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            malformed(
                    line,
                    "not YAML: "
                            + Problem.escape(
                                    e.getOriginalMessage().lines().findFirst().orElse("")));
        }
    }

    private void mapping(JsonParser parser, String prefix) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = prefix + parser.currentName();
            int line = line(parser);
            switch (parser.nextToken()) {
                case START_OBJECT -> section(parser, key, line);
                case START_ARRAY -> put(key, sequence(parser, key), line);
                case VALUE_NULL -> put(key, "", line);
                default -> put(key, scalar(parser, key), line);
            }
        }
    }

    private void section(JsonParser parser, String key, int line) {
        boolean known = Keys.ALL.stream().anyMatch(k -> k.name().startsWith(key + "."));
        if (known) {
            mapping(parser, key + ".");
        } else {
            parser.skipChildren();
            unknown(key, "{…}", line);
        }
    }

    private String sequence(JsonParser parser, String key) {
        List<String> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken().isStructStart()) {
                complain(key, "", line(parser), "a flat list");
                parser.skipChildren();
            } else {
                items.add(scalar(parser, key));
            }
        }
        return String.join(",", items);
    }

    private String scalar(JsonParser parser, String key) {
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            complain(key, "", line(parser), "a value; aliases are not followed");
        }
        return parser.getString();
    }

    private void put(String key, String text, int line) {
        RawValue value = new RawValue(text, source(line), false);
        if (!Keys.BY_NAME.containsKey(key)) {
            unknown(key, text, line);
        } else if (values.putIfAbsent(key, value) != null) {
            complain(key, text, line, "each key once");
        }
    }

    private void unknown(String key, String text, int line) {
        complain(key, text, line, "a key that exists; the config command lists them");
    }

    private void complain(String key, String value, int line, String expectation) {
        problems.add(Problem.of(key, value, source(line), false, expectation));
    }

    private void malformed(int line, String text) {
        problems.add(new Problem(source(line) + ": " + text, false));
    }

    private String source(int line) {
        return line > 0 ? name + ":" + line : name;
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
