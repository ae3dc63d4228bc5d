package im.simulator.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class RosterTest {
    private final Roster roster = new Roster(new int[] {2, 1, 3}, new int[] {0, 2, 1}, new int[] {2, 2, 0});

    @Test
    void slotsAreTheFirstUsersDevicesThenTheSecondOnes() {
        assertThat(roster.devices()).isEqualTo(6);
        assertThat(roster.slots(0)).isEqualTo(5);
        for (int slot = 0; slot < 5; slot++) {
            assertThat(roster.slotOf(0, roster.deviceAt(0, slot))).isEqualTo(slot);
        }
        assertThat(roster.slotOf(0, 2)).isEqualTo(-1);
        assertThat(roster.deviceAt(2, 0)).isEqualTo(2);
    }

    @Test
    void notesToOneselfHaveOneUsersDevices() {
        assertThat(roster.slots(1)).isEqualTo(3);
        assertThat(roster.peerOf(1, 4)).isEqualTo(2);
        assertThat(roster.slotOf(1, 5)).isEqualTo(2);
    }

    @Test
    void thePeerIsTheOtherUser() {
        assertThat(roster.peerOf(0, 1)).isEqualTo(2);
        assertThat(roster.peerOf(0, 3)).isZero();
    }

    @Test
    void aGroupHasTheDevicesOfItsUsersInTheirOrderAndThoseWhoSendFirst() {
        GroupMembers members = new GroupMembers(new int[] {2, 0}, 1);
        Roster withGroup = new Roster(new int[] {2, 1, 3}, new int[] {0}, new int[] {1}, List.of(members));

        assertThat(withGroup.conversations()).isEqualTo(2);
        assertThat(withGroup.isGroup(0)).isFalse();
        assertThat(withGroup.isGroup(1)).isTrue();
        assertThat(withGroup.slots(1)).isEqualTo(5);
        assertThat(withGroup.senderSlots(1)).isEqualTo(3);
        assertThat(withGroup.slotsOfFirst(1, 1)).isEqualTo(3);
        assertThat(withGroup.slotsOfFirst(1, 2)).isEqualTo(5);
        assertThat(withGroup.deviceAt(1, 0)).isEqualTo(3);
        assertThat(withGroup.deviceAt(1, 4)).isEqualTo(1);
        for (int slot = 0; slot < 5; slot++) {
            assertThat(withGroup.slotOf(1, withGroup.deviceAt(1, slot))).isEqualTo(slot);
        }
        assertThat(withGroup.slotOf(1, 2)).isEqualTo(-1);
    }

    @Test
    void moreSendersThanMembersAreRefused() {
        assertThatThrownBy(() -> new GroupMembers(new int[] {1}, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void seventeenDevicesAreRefused() {
        assertThatThrownBy(() -> new Roster(new int[] {17}, new int[0], new int[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
