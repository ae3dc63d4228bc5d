package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.v1.GroupEvent;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.relay.GroupEffect;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Membership;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupEventCodecTest {
    private static final Membership IN = new Membership(Role.ADMIN, 640, List.of(new Interval(64, 128)));
    private static final Membership OUT = new Membership(Role.ROLE_UNSPECIFIED, 0, List.of(new Interval(1, 640)));

    private static GroupState state(int members, long changedAt) {
        return new GroupState(Posting.ADMINS, Joining.OPEN, "title ü", "ann", members, 1, changedAt, 0);
    }

    private static GroupEffect effect(String group, long position, int count, Map<String, Membership> members) {
        return new GroupEffect(group, position, 1_000 + position, state(count, position), members);
    }

    private static void read(LoadedGroups loaded, GroupEffect effect) {
        GroupEventCodec.encode(effect).forEach(record -> loaded.read(record.key(), record.value(), 0));
    }

    @Test
    void whatIsWrittenIsReadAsItWas() {
        GroupEffect effect = effect("g", 640, 1, Map.of("ann", IN, "bob", OUT));
        LoadedGroups loaded = new LoadedGroups(1_000);

        read(loaded, effect);

        assertThat(loaded.effects()).containsExactly(effect);
        assertThat(GroupEventCodec.encode(effect))
                .extracting(record -> new String(record.key(), StandardCharsets.US_ASCII))
                .containsExactlyInAnyOrder("g||640", "g|ann|640", "g|bob|640");
    }

    @Test
    void ofEachUidTheNewestCountsInWhateverOrderItComesAndStandsWhereItWasMade() {
        LoadedGroups loaded = new LoadedGroups(1_000);
        read(loaded, effect("g", 500, 2, Map.of("bob", IN)));
        read(loaded, effect("g", 100, 2, Map.of("ann", IN, "bob", OUT)));
        read(loaded, effect("h", 300, 1, Map.of("ann", OUT)));

        assertThat(loaded.effects())
                .containsExactly(
                        new GroupEffect("g", 100, 1_100, state(2, 500), Map.of("ann", IN)),
                        new GroupEffect("g", 500, 1_500, state(2, 500), Map.of("bob", IN)),
                        new GroupEffect("h", 300, 1_300, state(1, 300), Map.of("ann", OUT)));
    }

    @Test
    void whatStandsAboveIsLeftOutAndAChangeOfNobodyIsAnEffectToo() {
        LoadedGroups loaded = new LoadedGroups(300);
        read(loaded, effect("g", 100, 1, Map.of("ann", IN)));
        read(loaded, effect("g", 300, 1, Map.of()));
        read(loaded, effect("g", 301, 1, Map.of("ann", OUT)));

        assertThat(loaded.effects())
                .containsExactly(
                        new GroupEffect("g", 100, 1_100, state(1, 300), Map.of("ann", IN)),
                        new GroupEffect("g", 300, 1_300, state(1, 300), Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g", "g|ann", "g|ann|x", "g|ann|0", "g|ann|-5", "|ann|5", "g|a b|5", "g|a|5|6"})
    void aKeyOfNobodysIsMovedOver(String key) {
        LoadedGroups loaded = new LoadedGroups(1_000);
        byte[] value =
                GroupEventCodec.encode(effect("g", 5, 1, Map.of())).get(0).value();

        loaded.read(key.getBytes(StandardCharsets.US_ASCII), value, 0);
        loaded.read(null, value, 1);
        loaded.read("g||5".getBytes(StandardCharsets.US_ASCII), null, 2);
        loaded.read("g||5".getBytes(StandardCharsets.US_ASCII), new byte[] {1, 2, 3}, 3);
        loaded.read("g|ann|5".getBytes(StandardCharsets.US_ASCII), value, 4);

        assertThat(loaded.effects()).isEmpty();
    }

    @Test
    void aNewerFormatStopsTheLoad() {
        byte[] newer = GroupEvent.newBuilder().setFormat(2).build().toByteArray();
        assertThatThrownBy(() -> new LoadedGroups(9).read("g||5".getBytes(StandardCharsets.US_ASCII), newer, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("newer version");
    }
}
