package im.gateway.config;

import im.gateway.proxy.AddressRange;
import im.protocol.Ids;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How one sort of value is written, read and bounded.
 *
 * @param unit what a number counts; empty where there is nothing to count
 * @param parser from text; any {@link IllegalArgumentException} means that the text has another form
 * @param allowed whether a value of the right form is within bounds
 * @param printer back to text, in the form that the parser reads
 * @param expectation completes the sentence "expected …"
 */
record Kind<T>(
        String unit,
        Function<String, T> parser,
        Predicate<T> allowed,
        Function<T, String> printer,
        String expectation) {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.:_-]{1,253}");
    private static final int MAX_TEXT = 256;

    /** The value, if the text has the form and the value is within bounds. */
    Optional<T> read(String text) {
        try {
            return Optional.of(parser.apply(text)).filter(allowed);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static Kind<Boolean> bool() {
        return new Kind<>("", Kind::parseBoolean, v -> true, v -> Boolean.toString(v), "true or false");
    }

    private static Boolean parseBoolean(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("neither true nor false");
        }
        return text.equals("true");
    }

    static Kind<Integer> count(String unit, int min, int max) {
        return new Kind<>(
                unit,
                Integer::valueOf,
                v -> v >= min && v <= max,
                v -> Integer.toString(v),
                "a whole number from " + min + " to " + max);
    }

    static Kind<Integer> port() {
        return new Kind<>(
                "port",
                Integer::valueOf,
                v -> v >= 0 && v <= 65_535,
                v -> Integer.toString(v),
                "a port from 0 to 65535, 0 for one that is chosen once and kept");
    }

    static Kind<Duration> duration(Duration min, Duration max) {
        return new Kind<>(
                "duration",
                DurationText::parse,
                v -> v.compareTo(min) >= 0 && v.compareTo(max) <= 0,
                DurationText::print,
                "a duration from " + DurationText.print(min) + " to " + DurationText.print(max)
                        + ", such as 500ms, 30s, 10m");
    }

    static Kind<Long> size(long min, long max) {
        return new Kind<>(
                "bytes",
                SizeText::parse,
                v -> v >= min && v <= max,
                SizeText::print,
                "a size from " + SizeText.print(min) + " to " + SizeText.print(max) + ", such as 512B, 256KiB, 64MiB");
    }

    static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
        E[] values = type.getEnumConstants();
        return new Kind<>(
                "",
                text -> Arrays.stream(values)
                        .filter(v -> nameOf(v).equals(text))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new),
                v -> true,
                Kind::nameOf,
                "one of " + Arrays.stream(values).map(Kind::nameOf).collect(Collectors.joining(", ")));
    }

    /** Zero or more of an enum's values, separated by commas, none twice. */
    static <E extends Enum<E>> Kind<List<E>> choices(Class<E> type) {
        Kind<E> one = choice(type);
        return new Kind<>(
                "",
                text -> parts(text).stream().map(one.parser).toList(),
                v -> v.stream().distinct().count() == v.size(),
                v -> v.stream().map(one.printer).collect(Collectors.joining(",")),
                one.expectation.replace("one of", "some of") + ", separated by commas, or nothing");
    }

    /** Zero or more keys of the server API, separated by commas, each name once. */
    static Kind<List<ApiKey>> apiKeys() {
        return new Kind<>(
                "",
                text -> parts(text).stream().map(ApiKey::parse).toList(),
                v -> v.stream().map(ApiKey::name).distinct().count() == v.size(),
                v -> v.stream().map(ApiKey::toString).collect(Collectors.joining(",")),
                "keys NAME:SCOPE+SCOPE:HASH or NAME:SCOPE+SCOPE:HASH:PREFIX, separated by commas, or nothing");
    }

    private static String nameOf(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Kind<String> id() {
        return new Kind<>(
                "", Function.identity(), Ids::isValid, v -> v, "1 to 64 letters, digits or characters of . _ @ + = -");
    }

    static Kind<String> host() {
        return new Kind<>(
                "", Function.identity(), v -> HOST.matcher(v).matches(), v -> v, "an IP address or a host name");
    }

    static Kind<Path> path() {
        return new Kind<>("", Kind::parsePath, v -> true, Path::toString, "a path");
    }

    private static Path parsePath(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("blank");
        }
        return Path.of(text);
    }

    /** Like another kind, but an empty text stands for "not set". */
    static <T> Kind<Optional<T>> optional(Kind<T> kind) {
        return new Kind<>(
                kind.unit,
                text -> text.isEmpty() ? Optional.empty() : Optional.of(kind.parser.apply(text)),
                v -> v.map(kind.allowed::test).orElse(true),
                v -> v.map(kind.printer).orElse(""),
                kind.expectation + ", or nothing");
    }

    static Kind<String> text() {
        return new Kind<>(
                "",
                Function.identity(),
                v -> !v.isEmpty() && v.length() <= MAX_TEXT && v.chars().noneMatch(Character::isISOControl),
                v -> v,
                "1 to " + MAX_TEXT + " printable characters");
    }

    /** A text that is printed nowhere, not even where it is wrong. */
    static Kind<Secret> secret() {
        return new Kind<>(
                "",
                Secret::new,
                v -> text().allowed().test(v.text()),
                Secret::toString,
                "1 to " + MAX_TEXT + " printable characters");
    }

    /** One absolute URI of a host and, if there is one, a port and a path; nobody's name and password. */
    static Kind<URI> uri(String... schemes) {
        return new Kind<>(
                "",
                URI::create,
                v -> isUri(v, List.of(schemes)),
                URI::toString,
                "a uri such as " + schemes[0] + "://host:port");
    }

    /** One or more of {@link #uri}, separated by commas. */
    static Kind<List<URI>> uris(String... schemes) {
        return new Kind<>(
                "",
                text -> parts(text).stream().map(URI::create).toList(),
                v -> !v.isEmpty() && v.stream().allMatch(uri -> isUri(uri, List.of(schemes)) && uri.getPort() > 0),
                v -> v.stream().map(URI::toString).collect(Collectors.joining(",")),
                "uris such as " + schemes[0] + "://host:port, separated by commas, without a password");
    }

    private static boolean isUri(URI uri, List<String> schemes) {
        return uri.getScheme() != null
                && schemes.contains(uri.getScheme())
                && uri.getHost() != null
                && uri.getPort() != 0
                && uri.getPort() <= 65_535
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null;
    }

    /** One or more HOST:PORT, separated by commas. */
    static Kind<List<String>> addresses() {
        return new Kind<>(
                "",
                Kind::parts,
                v -> !v.isEmpty() && v.stream().allMatch(Kind::isAddress),
                v -> String.join(",", v),
                "addresses HOST:PORT, separated by commas");
    }

    private static boolean isAddress(String text) {
        try {
            return isUri(URI.create("x://" + text), List.of("x"))
                    && URI.create("x://" + text).getPort() > 0
                    && text.equals(URI.create("x://" + text).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Zero or more IP addresses or prefixes, separated by commas. */
    static Kind<List<AddressRange>> ranges() {
        return new Kind<>(
                "",
                text -> parts(text).stream().map(AddressRange::parse).toList(),
                v -> true,
                v -> v.stream().map(AddressRange::toString).collect(Collectors.joining(",")),
                "IP addresses or prefixes such as 10.0.0.0/8, separated by commas, or nothing");
    }

    private static List<String> parts(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::trim).toList();
    }

    /** Zero or more web origins, separated by commas; {@code *} alone for any. */
    static Kind<List<String>> origins() {
        return new Kind<>(
                "",
                Kind::parts,
                v -> v.equals(List.of("*")) || v.stream().allMatch(Kind::isOrigin),
                v -> String.join(",", v),
                "web origins such as https://chat.example.org, separated by commas, or * alone");
    }

    private static boolean isOrigin(String text) {
        try {
            URI uri = URI.create(text);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return web
                    && uri.getHost() != null
                    && text.equals(uri.getScheme() + "://" + uri.getRawAuthority())
                    && uri.getRawUserInfo() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
