package im.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.GroupEffect;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PiecesTest {
    private static List<List<String>> cut(int max, int... members) {
        Pieces.Cut<String> cut = new Pieces.Cut<>(max);
        for (int count : members) {
            cut.add(Collections.nCopies(count, "member"), (from, to) -> from + "-" + to);
        }
        return cut.pieces();
    }

    @Test
    void eachPieceIsBoundedAndAGroupOfManyIsInSeveral() {
        assertThat(cut(4)).containsExactly(List.of());
        assertThat(cut(4, 0)).containsExactly(List.of("0-0"));
        assertThat(cut(4, 3)).containsExactly(List.of("0-3"));
        assertThat(cut(4, 4)).containsExactly(List.of("0-3"), List.of("3-4"));
        assertThat(cut(4, 1, 1, 1)).containsExactly(List.of("0-1", "0-1"), List.of("0-1"));
        assertThat(cut(4, 2, 7)).containsExactly(List.of("0-2"), List.of("0-3"), List.of("3-6"), List.of("6-7"));
    }

    /** Each of them has the group's state, which is sent and written once. */
    @Test
    void allThatIsPutOfAGroupIsTogether() {
        List<GroupEffect> effects = new ArrayList<>();
        for (int i = 0; i < RestoreScript.MAX - 1; i++) {
            effects.add(new GroupEffect("g", 64 + i, 1, GroupState.NONE, Map.of("u" + i, Membership.NEVER)));
        }
        assertThat(RedisGroupView.pieces(effects))
                .singleElement()
                .satisfies(piece -> assertThat(piece)
                        .singleElement()
                        .satisfies(part -> assertThat(part.members()).hasSize(RestoreScript.MAX - 1)));
    }
}
