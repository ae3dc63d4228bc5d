package im.gateway.config;

import java.util.List;

/** Values that cannot stand, each for itself or beside another. */
final class InvalidSettings extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<Fault> faults;

    /**
     * @param key whose value is at fault
     * @param expectation completes the sentence "expected …"
     */
    record Fault(Key<?> key, String value, String expectation) {

        static <T> Fault of(Key<T> key, T value, String expectation) {
            return new Fault(key, key.kind().printer().apply(value), expectation);
        }
    }

    InvalidSettings(List<Fault> faults) {
        super(faults.toString());
        this.faults = List.copyOf(faults);
    }

    <T> InvalidSettings(Key<T> key, T value, String expectation) {
        this(List.of(Fault.of(key, value, expectation)));
    }

    List<Fault> faults() {
        return faults;
    }
}
