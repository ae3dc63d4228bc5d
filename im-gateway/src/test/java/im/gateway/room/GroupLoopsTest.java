package im.gateway.room;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GroupLoopsTest {
    private final GroupLoops loops = new GroupLoops();

    @Test
    void aGroupHasTheLoopsThatHaveARoomOfIt() {
        loops.opened("g", 2);
        loops.opened("g", 255);
        loops.opened("h", 2);
        loops.closed("g", 2);

        assertThat(loops.of("g")).containsExactly(255);
        assertThat(loops.of("h")).containsExactly(2);
        loops.closed("g", 255);
        loops.opened("h", 0);
        assertThat(loops.of("g")).isEmpty();
        assertThat(loops.of("h")).containsExactlyInAnyOrder(0, 2);
    }
}
