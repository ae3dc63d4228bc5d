package im.gateway.config;

import java.util.Locale;

/**
 * One thing that can be set.
 *
 * @param name dotted, as in the file
 * @param kind form and bounds
 * @param byDefault what it is when nobody sets it
 * @param purpose one or two sentences for the documentation
 */
record Key<T>(String name, Kind<T> kind, T byDefault, String purpose) {

    /** {@code IM_} and the name in capitals with {@code _} for every {@code .} and {@code -}. */
    String variable() {
        return "IM_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    String defaultText() {
        return kind.printer().apply(byDefault);
    }

    /** @throws InvalidSettings if the value is out of bounds */
    void require(T value) {
        if (!kind.allowed().test(value)) {
            throw new InvalidSettings(this, value, kind.expectation());
        }
    }
}
