/* The arming ceremony with two operators, a clock, and a venue that may fail at any moment.
 *
 * Checked: whatever the order of stage, arm, confirm, disarm, kill, unlatch and flatten from two operators, of expiry,
 * of failures and of restarts, an order leaves only under a mandate that was staged, armed and confirmed with one
 * hash, each in its turn, in time, with nothing in between that voids it.
 *
 * The states and guards are those of Sources/Hot/Core/TradingCore+Commands.swift and +Safety.swift; the command table
 * there is the reference. Below them stands a second account of what happened, kept by the environment alone: which
 * hash was staged, armed and confirmed since the last thing that voids a mandate. The assertions compare the two.
 *
 * Each CANARY_… breaks one rule; check.sh expects the checker to find every one of them.
 *
 * Left out: prices, positions, time as a number (a deadline is either still ahead or over), more than two hashes.
 */

mtype = { disarmed, staged, armed, live, reducing, safe, halted };

mtype state = disarmed;
byte staged_hash = 0;       /* what the core holds */
bool arm_open = false;      /* the arming's deadline lies ahead */
bool mandate_open = false;  /* the mandate's expiry lies ahead */
bool links_up = true;
bool reconciled = false;    /* since the order link last came up */
bool latched = false;       /* the kill latch file: survives a restart */

/* The second account. */
byte seen_staged = 0;       /* hash of the last stage that still counts */
byte seen_armed = 0;        /* hash armed on top of it */
byte seen_confirmed = 0;    /* hash confirmed on top of both */
bool killed = false;        /* a kill that nobody unlatched */

byte orders = 0;            /* orders sent, bounded so that the state space is */
byte restarts = 0;

inline void_mandate() {
    seen_staged = 0; seen_armed = 0; seen_confirmed = 0;
}

/* The core's change of state: leaving staged and armed forgets the hash, leaving the trading states the mandate. */
inline enter(next) {
    if
    :: next != staged && next != armed -> staged_hash = 0; arm_open = false
    :: else
    fi;
    if
    :: next != live && next != reducing -> mandate_open = false
    :: else
    fi;
    state = next
}

/* Each command is one step of the core: atomic, as the core is one thread. */
inline command_stage(h) {
    atomic {
        skip;
        if
#ifdef CANARY_STAGE
        :: true ->
#else
        :: state == disarmed || state == staged || state == armed || state == safe ->
#endif
            enter(staged); staged_hash = h; arm_open = false;
            void_mandate(); seen_staged = h
        :: else
        fi
    }
}

inline command_arm(h) {
    atomic {
        skip;
        if
#ifdef CANARY_ARM
        :: state == staged ->
#else
        :: state == staged && h == staged_hash ->
#endif
            state = armed; arm_open = true;
            seen_armed = h
        :: else
        fi
    }
}

inline command_confirm(h) {
    atomic {
        skip;
        if
#ifdef CANARY_CONFIRM
        :: (state == armed || state == staged) && h == staged_hash ->
#else
        :: state == armed && arm_open && h == staged_hash && links_up && reconciled ->
#endif
            enter(live); mandate_open = true;
            seen_confirmed = h
        :: else
        fi
    }
}

inline command_disarm() {
    atomic {
        skip;
        if
        :: state != halted -> enter(disarmed); void_mandate()
        :: else
        fi
    }
}

inline command_kill() {
    atomic { latched = true; killed = true; enter(halted); void_mandate() }
}

inline command_unlatch() {
    atomic {
        skip;
        if
        :: state == halted -> latched = false; killed = false; enter(disarmed)
        :: else
        fi
    }
}

inline command_flatten() {
    atomic {
        skip;
        if
        :: state == live || state == reducing -> enter(reducing)
        :: else
        fi
    }
}

/* An operator types anything, in any order, with either hash; two of them do so at once. */
active [2] proctype operator() {
    do
    :: command_stage(1)
    :: command_stage(2)
    :: command_arm(1)
    :: command_arm(2)
    :: command_confirm(1)
    :: command_confirm(2)
    :: command_disarm()
    :: command_kill()
    :: command_unlatch()
    :: command_flatten()
    od
}

/* Time and the venue. */
active proctype world() {
    do
    /* A deadline passes: an arming not confirmed in time, a mandate at its end. */
    :: atomic { arm_open -> arm_open = false }
    :: atomic { mandate_open -> mandate_open = false }
    /* Links fail and come back; a snapshot reconciles. */
    :: atomic { links_up -> links_up = false; reconciled = false;
                if
                :: state == live || state == reducing -> enter(safe); void_mandate()
                :: else
                fi }
    :: atomic { !links_up -> links_up = true }
    :: atomic { links_up && !reconciled -> reconciled = true }
    /* Doubt: a position mismatch, a missing fill, a breaker. */
    :: atomic { state == live || state == reducing -> enter(safe); void_mandate() }
    /* The process is killed and started again: everything is forgotten but the latch. */
    :: atomic { restarts < 2 -> restarts++;
#ifdef CANARY_RESTART
                skip;
#else
                state = (latched -> halted : disarmed);
#endif
                staged_hash = 0; arm_open = false; mandate_open = false; reconciled = false; orders = 0;
                void_mandate() }
    od
}

/* The core's own steps: the safeguards at the end of each, and the orders in between. */
active proctype core() {
    do
    /* Expiry is looked at before anything is sent: a step that finds the mandate over disarms. */
    :: atomic { (state == live || state == reducing) && !mandate_open -> enter(disarmed); void_mandate() }
    :: atomic { state == armed && !arm_open -> enter(disarmed); void_mandate() }
    :: atomic {
#ifdef CANARY_EXPIRY
        (state == live || state == reducing) && orders < 2 ->
#else
        (state == live || state == reducing) && mandate_open && orders < 2 ->
#endif
        orders++;
        /* An order leaves. */
        assert(!killed);
        assert(mandate_open);
        assert(seen_confirmed != 0);
        assert(seen_confirmed == seen_armed && seen_armed == seen_staged);
        assert(links_up)
       }
    od
}

/* Nothing but the ceremony leads to live, a kill is never undone by anything but unlatch, and a halted engine stays so. */
ltl live_is_confirmed { [] ((state == live) -> (seen_confirmed != 0 && seen_confirmed == seen_armed)) }
ltl kill_holds { [] (killed -> (state == halted)) }
ltl staged_hash_is_the_one_seen { [] ((state == armed) -> (staged_hash == seen_staged && seen_armed == staged_hash)) }
