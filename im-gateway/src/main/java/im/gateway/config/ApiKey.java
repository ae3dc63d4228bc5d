package im.gateway.config;

import im.protocol.Ids;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Somebody who may use the server API. The key itself is known to nobody here.
 *
 * @param name for logs and metrics
 * @param hash SHA-256 of the key, in lower-case hex
 * @param groups what the groups that it is for begin with; empty for all
 */
public record ApiKey(String name, Set<Scope> scopes, String hash, String groups) {

    /** What a key may be used for. */
    public enum Scope {
        SEND,
        CONNECTIONS,
        GROUPS,
        BROADCAST,
        PRESENCE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ApiKey {
        scopes = Set.copyOf(scopes);
        if (!Ids.isValid(name)
                || scopes.isEmpty()
                || !hash.matches("[0-9a-f]{64}")
                || !(groups.isEmpty() || Ids.isValid(groups))) {
            throw new IllegalArgumentException("not a key");
        }
    }

    /** Whether it is for that group. */
    public boolean mayUse(String group) {
        return group.startsWith(groups);
    }

    /** Reads {@code NAME:SCOPE+SCOPE:HASH} or {@code NAME:SCOPE+SCOPE:HASH:GROUPS}; throws {@link IllegalArgumentException} on anything else. */
    static ApiKey parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3 && (parts.length != 4 || parts[3].isEmpty())) {
            throw new IllegalArgumentException("not three parts, or four");
        }
        EnumSet<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String name : parts[1].split("\\+", -1)) {
            scopes.add(Arrays.stream(Scope.values())
                    .filter(scope -> scope.toString().equals(name))
                    .findFirst()
                    .orElseThrow(IllegalArgumentException::new));
        }
        return new ApiKey(parts[0], scopes, parts[2], parts.length == 4 ? parts[3] : "");
    }

    /** The hash as bytes. */
    public byte[] hashBytes() {
        return HexFormat.of().parseHex(hash);
    }

    /** In the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return name + ":" + scopes.stream().map(Scope::toString).sorted().collect(Collectors.joining("+")) + ":" + hash
                + (groups.isEmpty() ? "" : ":" + groups);
    }
}
