package im.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CloseReasonTest {

    @ParameterizedTest
    @CsvSource({
        "NORMAL, 1000",
        "GOING_AWAY, 1001",
        "PROTOCOL_ERROR, 1002",
        "UNSUPPORTED_DATA, 1003",
        "INVALID_UTF8, 1007",
        "POLICY, 1008",
        "MESSAGE_TOO_BIG, 1009",
        "MALFORMED, 4400",
        "UNAUTHENTICATED, 4401",
        "FORBIDDEN, 4403",
        "TIMEOUT, 4408",
        "DISPLACED, 4409",
        "REMOVED, 4410",
        "OLDER_ATTEMPT, 4411",
        "TOO_LARGE, 4413",
        "VERSION, 4426",
        "RATE_LIMITED, 4429",
        "INTERNAL, 4500",
        "OVERLOADED, 4503",
        "DRAINING, 4503",
        "PEER, 1006",
        "IO, 1006"
    })
    void eachReasonHasItsCode(CloseReason reason, int code) {
        assertThat(reason.code()).isEqualTo(code);
    }

    @Test
    void theClientStaysAwayAfterFourReasonsOnly() {
        Set<CloseReason> stayAway = Arrays.stream(CloseReason.values())
                .filter(reason -> !reason.reconnect())
                .collect(Collectors.toSet());

        assertThat(stayAway)
                .isEqualTo(EnumSet.of(
                        CloseReason.FORBIDDEN, CloseReason.DISPLACED, CloseReason.REMOVED, CloseReason.VERSION));
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void theMetricLabelIsTheNameInLowerCase(CloseReason reason) {
        assertThat(reason.label()).isEqualTo(reason.name().toLowerCase(Locale.ROOT));
    }
}
