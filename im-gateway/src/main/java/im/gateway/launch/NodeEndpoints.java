package im.gateway.launch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a process that serves no sessions is found: name → URL, in the order of its line. Kept in the data folder as
 * {@code endpoints.json}, also over a stop, so that the same ports can be used again.
 */
record NodeEndpoints(Map<String, String> urls) {
    private static final String FILE = "endpoints.json";
    private static final int SCHEMA = 1;

    NodeEndpoints {
        urls = new LinkedHashMap<>(urls);
    }

    /** The line that the command prints. */
    String line() {
        return urls.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }

    /** Replaces the file in one step: a reader sees the old one or the new one. */
    void write(Path data) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("schema", SCHEMA);
        fields.put("pid", ProcessHandle.current().pid());
        fields.putAll(urls);
        Path half = data.resolve(FILE + ".new");
        Files.writeString(half, JsonMapper.shared().writeValueAsString(fields) + "\n");
        Files.move(half, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The port that was used last under that name; 0 when none is known. */
    static int lastPort(Path data, String name) throws IOException {
        try {
            String url = JsonMapper.shared()
                    .readTree(Files.readString(data.resolve(FILE)))
                    .path(name)
                    .asString("");
            return Math.max(0, URI.create(url).getPort());
        } catch (NoSuchFileException e) {
            return 0;
        } catch (JacksonException | IllegalArgumentException e) {
            return 0;
        }
    }
}
