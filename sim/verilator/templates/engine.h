// The bulk engine: drives and watches the ready/valid streams of a design for a whole run without leaving C++.
// `Pins` is generated for each design and gives access to its ports.
#ifndef SACCADE_ENGINE_H
#define SACCADE_ENGINE_H

#include <algorithm>
#include <cstdint>
#include <vector>

namespace saccade {

// Marsaglia's xorshift with 32 bits of state: small, fast, and the same on every machine.
class Xorshift {
public:
    void seed(uint32_t value) { m_state = value ? value : 0x9e3779b9u; }
    uint32_t word() {
        m_state ^= m_state << 13;
        m_state ^= m_state >> 17;
        m_state ^= m_state << 5;
        return m_state;
    }
    // True with a probability of n/256; always at 256.
    bool chance(uint32_t n) { return (word() >> 24) < n; }

private:
    uint32_t m_state = 1;
};

enum class Outcome : int { Done = 0, More = 1, Hang = 2, Timeout = 3, Fault = 4 };
enum class Fault : int { None = 0, Retracted = 1, Unstable = 2, Extra = 3 };

// One stream during a run. `words` holds the beats one after another: to send, or as far as received.
struct Lane {
    std::vector<uint32_t> words;
    uint64_t beats = 0;
    uint64_t done = 0;
    uint32_t stall = 0;
    Xorshift random;
    // A beat is offered (by us or by the design) and was not taken in an earlier cycle.
    bool waiting = false;
    // The beat at the pins: what we drive, or what the design offered.
    std::vector<uint32_t> beat;
    // Of an output stream, in the present cycle.
    bool ready = false;
    bool valid = false;
};

// What a stream's beats look like.
struct Shape {
    bool input;
    uint32_t words;
    const uint32_t* mask;  // the bits that exist, word by word
};

template <typename Pins>
class Engine {
public:
    struct Result {
        uint64_t cycles = 0;  // to the last handshake, that cycle included
        uint64_t elapsed = 0;
        Fault fault = Fault::None;
        uint32_t faultStream = 0;
    };

    explicit Engine(Pins& pins)
        : m_pins(pins)
        , m_lanes(Pins::streamCount) {}

    void begin(uint64_t maxCycles, uint64_t hangCycles, uint64_t drainCycles) {
        m_maxCycles = maxCycles;
        m_hangCycles = hangCycles;
        m_drainCycles = drainCycles;
        m_result = Result{};
        m_open = 0;
        m_counters.clear();
        m_before.clear();
        for (Lane& lane : m_lanes) lane = Lane{};
    }

    // Beats to send or the number to receive. Returns the number of the first beat with bits above its field's width
    // (those would be lost), or -1 when all is well.
    int64_t lane(uint32_t stream, const uint32_t* words, uint64_t beats, uint32_t stall, uint32_t seed) {
        Lane& lane = m_lanes[stream];
        const Shape& shape = Pins::shapes[stream];
        lane.beats = beats;
        lane.stall = stall;
        lane.random.seed(seed);
        lane.beat.assign(shape.words, 0);
        m_open += beats;
        if (!shape.input) {
            lane.words.assign(beats * shape.words, 0);
            return -1;
        }
        lane.words.assign(words, words + beats * shape.words);
        for (uint64_t i = 0; i < lane.words.size(); ++i) {
            if (lane.words[i] & ~shape.mask[i % shape.words]) return static_cast<int64_t>(i / shape.words);
        }
        return -1;
    }

    void count(uint32_t port) { m_counters.push_back({port, 0}); }

    // Runs until an end, or for `limit` cycles. At an end the testbench leaves the streams alone.
    Outcome go(uint64_t limit) {
        const Outcome outcome = advance(limit);
        if (outcome != Outcome::More) idle();
        return outcome;
    }

    // Withdraws what the testbench offers, so that nothing moves in cycles outside a run.
    void idle() {
        for (uint32_t s = 0; s < Pins::streamCount; ++s) {
            if (Pins::shapes[s].input) {
                m_pins.offer(s, false, m_lanes[s].beat.data());
            } else {
                m_pins.permit(s, false);
            }
        }
    }

    const Result& result() const { return m_result; }
    const Lane& laneOf(uint32_t stream) const { return m_lanes[stream]; }
    uint64_t counted(uint32_t index) const { return m_counters[index].cycles; }
    const std::vector<uint32_t>& before() const { return m_before; }

private:
    struct Counter {
        uint32_t port;
        uint64_t cycles;
    };

    Outcome advance(uint64_t limit) {
        for (;; --limit) {
            const uint64_t quiet = m_result.elapsed - m_result.cycles;
            if (m_open == 0 && quiet >= m_drainCycles) return Outcome::Done;
            if (m_open != 0 && quiet >= m_hangCycles) return Outcome::Hang;
            if (m_result.elapsed >= m_maxCycles) return Outcome::Timeout;
            if (limit == 0) return Outcome::More;
            drive();
            m_pins.low();
            if (!check()) return Outcome::Fault;
            book();
            for (Counter& counter : m_counters) counter.cycles += m_pins.bit(counter.port);
            m_pins.high();
            ++m_result.elapsed;
            if (m_moved) m_result.cycles = m_result.elapsed;
        }
    }

    void drive() {
        for (uint32_t s = 0; s < Pins::streamCount; ++s) {
            Lane& lane = m_lanes[s];
            const Shape& shape = Pins::shapes[s];
            const bool stalled = lane.random.chance(lane.stall);
            if (!shape.input) {
                lane.ready = !stalled;
                m_pins.permit(s, lane.ready);
            } else if (!lane.waiting) {
                lane.waiting = !stalled && lane.done < lane.beats;
                if (lane.waiting) {
                    const uint32_t* const next = lane.words.data() + lane.done * shape.words;
                    std::copy(next, next + shape.words, lane.beat.begin());
                } else {
                    // Random bits while not valid, to catch designs that look at the payload regardless.
                    for (uint32_t w = 0; w < shape.words; ++w) lane.beat[w] = lane.random.word() & shape.mask[w];
                }
                m_pins.offer(s, lane.waiting, lane.beat.data());
            }
        }
    }

    // Checks what the design offers against the rules: an offered beat stays, unchanged, until it is taken.
    bool check() {
        for (uint32_t s = 0; s < Pins::streamCount; ++s) {
            if (Pins::shapes[s].input) continue;
            Lane& lane = m_lanes[s];
            lane.valid = m_pins.offers(s);
            if (!lane.valid) {
                if (lane.waiting) return fail(Fault::Retracted, s);
                continue;
            }
            if (lane.waiting) m_before = lane.beat;
            m_pins.take(s, lane.beat.data());
            if (lane.waiting && m_before != lane.beat) return fail(Fault::Unstable, s);
            // A stream that is never ready isn't looked at in this run; what waits there may be for the next.
            if (lane.done == lane.beats && lane.stall < 256) return fail(Fault::Extra, s);
            lane.waiting = !lane.ready;
        }
        return true;
    }

    // Books the handshakes that the coming clock edge completes.
    void book() {
        m_moved = false;
        for (uint32_t s = 0; s < Pins::streamCount; ++s) {
            Lane& lane = m_lanes[s];
            const Shape& shape = Pins::shapes[s];
            if (shape.input) {
                if (!lane.waiting || !m_pins.accepts(s)) continue;
                lane.waiting = false;
            } else {
                if (!lane.valid || !lane.ready) continue;
                std::copy(lane.beat.begin(), lane.beat.end(), lane.words.begin() + lane.done * shape.words);
            }
            ++lane.done;
            --m_open;
            m_moved = true;
        }
    }

    bool fail(Fault fault, uint32_t stream) {
        m_result.fault = fault;
        m_result.faultStream = stream;
        return false;
    }

    Pins& m_pins;
    std::vector<Lane> m_lanes;
    std::vector<Counter> m_counters;
    std::vector<uint32_t> m_before;  // the waiting beat, before the design changed it
    Result m_result;
    uint64_t m_maxCycles = 0;
    uint64_t m_hangCycles = 0;
    uint64_t m_drainCycles = 0;
    uint64_t m_open = 0;  // beats that are still to move
    bool m_moved = false;
};

}  // namespace saccade
#endif
