package im.simulator.access;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tokens from a file, one a line, {@code #} comments; whose they are is read from {@code sub}, unverified. */
final class ListedTokens implements Tokens {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final Map<String, String> byUid;

    private ListedTokens(Path file, Map<String, String> byUid) {
        this.file = file;
        this.byUid = byUid;
    }

    static ListedTokens read(Path file) {
        String[] lines = new String(Access.bytesOf(file, "no tokens"), StandardCharsets.UTF_8).split("\n");
        Map<String, String> byUid = new LinkedHashMap<>();
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                byUid.put(subjectOf(line, file + " line " + (i + 1)), line);
            }
        }
        if (byUid.isEmpty()) {
            throw new AccessException(file + ": no token in it");
        }
        return new ListedTokens(file, byUid);
    }

    private static String subjectOf(String token, String where) {
        String[] parts = token.split("\\.");
        try {
            if (parts.length == 3) {
                JsonNode subject =
                        JSON.readTree(Base64.getUrlDecoder().decode(parts[1])).path("sub");
                if (subject.isString()) {
                    return subject.stringValue();
                }
            }
        } catch (JacksonException | IllegalArgumentException e) {
            throw new AccessException(where + ": not a token: its claims cannot be read");
        }
        throw new AccessException(where + ": not a token: expected three parts and a sub claim");
    }

    @Override
    public String tokenOf(String uid) {
        String token = byUid.get(uid);
        if (token == null) {
            throw new AccessException(file + ": no token whose sub is " + uid);
        }
        return token;
    }

    @Override
    public List<String> uids() {
        return new ArrayList<>(byUid.keySet());
    }
}
