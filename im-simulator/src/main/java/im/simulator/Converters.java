package im.simulator;

import im.protocol.Ids;
import im.simulator.access.EndpointUrl;
import im.simulator.access.Gateways;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How option values are written; what is refused is told with what was expected. */
final class Converters {
    private Converters() {}

    static final class Url implements ITypeConverter<Gateways> {
        @Override
        public Gateways convert(String text) {
            try {
                return EndpointUrl.parse(text);
            } catch (IllegalArgumentException e) {
                throw refused(text, EndpointUrl.EXPECTED);
            }
        }
    }

    /** A whole number and a unit. */
    static final class Time implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

        @Override
        public Duration convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw refused(text, "a whole number and ms, s, m, h or d, such as 30s");
            }
            long number = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        }
    }

    /** {@code 10%} as 0.1. */
    static final class Percent implements ITypeConverter<Double> {
        private static final Pattern FORM = Pattern.compile("([0-9]{1,2}(\\.[0-9]{1,3})?)%");

        @Override
        public Double convert(String text) {
            Matcher matcher = FORM.matcher(text);
            double percent = matcher.matches() ? Double.parseDouble(matcher.group(1)) : 100;
            if (percent > 90) {
                throw refused(text, "0% to 90%, such as 10%");
            }
            return percent / 100;
        }
    }

    static final class Id implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!Ids.isValid(text)) {
                throw refused(text, "1-64 of [A-Za-z0-9._@+=-]");
            }
            return text;
        }
    }

    private static TypeConversionException refused(String text, String expected) {
        return new TypeConversionException("'" + text + "' is not " + expected);
    }
}
