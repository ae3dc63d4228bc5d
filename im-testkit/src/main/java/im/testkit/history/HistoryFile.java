package im.testkit.history;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A history as text: one JSON object a line, {@code event} naming the type and the rest its fields. */
public final class HistoryFile {
    private static final String TYPE = "event";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Map<String, Class<?>> TYPES = Stream.of(Event.class.getPermittedSubclasses())
            .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, type -> type));

    private HistoryFile() {}

    /** Writes the events, replacing the file and making its folder. */
    public static void write(Path file, List<Event> events) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Event event : events) {
                out.write(line(event));
                out.write('\n');
            }
        }
    }

    /** Reads what {@link #write} wrote; {@link IOException} names the line that is anything else. */
    public static List<Event> read(Path file) throws IOException {
        List<Event> events = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(file)) {
            String line;
            while ((line = in.readLine()) != null) {
                if (!line.isBlank()) {
                    events.add(parse(line, events.size() + 1));
                }
            }
        }
        return events;
    }

    /** One event as one line of JSON. */
    public static String line(Event event) {
        ObjectNode node = JSON.createObjectNode();
        node.put(TYPE, event.getClass().getSimpleName());
        node.setAll((ObjectNode) JSON.<JsonNode>valueToTree(event));
        return JSON.writeValueAsString(node);
    }

    private static Event parse(String line, int number) throws IOException {
        ObjectNode node = (ObjectNode) JSON.readTree(line);
        JsonNode name = node.remove(TYPE);
        @Nullable Class<?> type = name == null ? null : TYPES.get(name.asString());
        if (type == null) {
            throw new IOException("event " + number + ": unknown type in " + line);
        }
        return (Event) JSON.treeToValue(node, type);
    }
}
