// The bulk engine: drives and watches the ready/valid streams of a design for a whole run without leaving C++.
// sim/builtin/stream-engine.ts does the same, cycle for cycle.
#ifndef SACCADE_ENGINE_H
#define SACCADE_ENGINE_H

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace saccade {

// Where Verilator keeps a port: 1, 2, 4 or 8 bytes, or an array of 32-bit words.
struct Pin {
    void* at;
    uint32_t bytes;
    uint32_t width;

    uint32_t words() const { return (width + 31) / 32; }
    uint32_t mask(uint32_t word) const { return width >= 32 * word + 32 ? ~0u : (1u << width % 32) - 1; }

    void write(const uint32_t* from) const {
        switch (bytes) {
        case 1: *static_cast<uint8_t*>(at) = static_cast<uint8_t>(*from); break;
        case 2: *static_cast<uint16_t*>(at) = static_cast<uint16_t>(*from); break;
        case 4: *static_cast<uint32_t*>(at) = *from; break;
        case 8: *static_cast<uint64_t*>(at) = from[0] | static_cast<uint64_t>(from[1]) << 32; break;
        default: std::memcpy(at, from, bytes);
        }
    }
    void read(uint32_t* to) const {
        switch (bytes) {
        case 1: *to = *static_cast<const uint8_t*>(at); break;
        case 2: *to = *static_cast<const uint16_t*>(at); break;
        case 4: *to = *static_cast<const uint32_t*>(at); break;
        case 8: {
            const uint64_t value = *static_cast<const uint64_t*>(at);
            to[0] = static_cast<uint32_t>(value);
            to[1] = static_cast<uint32_t>(value >> 32);
            break;
        }
        default: std::memcpy(to, at, bytes);
        }
    }
};

// The ports of a stream; its payload as `fields` pins from `payload` on, each from a new word on in a packed beat.
struct StreamPins {
    bool input;
    uint8_t* valid;
    uint8_t* ready;
    const Pin* payload;
    uint32_t fields;
};

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
// How far a port is on its way to the value that ends a run: it has to leave it, if it has it, and come to it.
enum class Until : int { None = 0, Leaving = 1, Coming = 2, Reached = 3 };

// Beats of an output stream that may send as many as it likes.
constexpr uint64_t unlimited = std::numeric_limits<uint64_t>::max();
constexpr uint32_t neverReady = 256;

// One stream during a run. `words` holds the beats one after another: to send, or as far as received.
struct Lane {
    StreamPins pins;
    uint32_t size = 0;           // words of a beat
    std::vector<uint32_t> mask;  // the bits of a beat that exist
    std::vector<uint32_t> words;
    uint64_t beats = 0;
    uint64_t done = 0;
    uint64_t lastBeat = 0;  // the cycle of the last handshake, counted from 1; 0 before the first
    uint32_t stall = 0;
    uint32_t bytes = 0;  // of the bandwidth that a beat takes; 0 where it takes none
    bool scramble = false;
    Xorshift random;
    // A beat is offered (by us or by the design) and was not taken in an earlier cycle.
    bool waiting = false;
    // The beat at the pins: what we drive, or what the design offered.
    std::vector<uint32_t> beat;
    // Of an output stream, in the present cycle.
    bool ready = false;
    bool valid = false;

    bool open() const { return done < beats; }
    bool stalls() { return stall != 0 && random.chance(stall); }

    void write(const uint32_t* from) const {
        for (uint32_t f = 0; f < pins.fields; ++f) {
            pins.payload[f].write(from);
            from += pins.payload[f].words();
        }
    }
    void read(uint32_t* to) const {
        for (uint32_t f = 0; f < pins.fields; ++f) {
            pins.payload[f].read(to);
            to += pins.payload[f].words();
        }
    }
    // Random bits while not valid, to catch designs that look at the payload regardless.
    void writeRandom() {
        for (uint32_t w = 0; w < size; ++w) beat[w] = random.word() & mask[w];
        write(beat.data());
    }
    void offer() {
        waiting = true;
        *pins.valid = 1;
        const uint32_t* const next = words.data() + done * size;
        std::copy(next, next + size, beat.begin());
        write(next);
    }
    void withhold() {
        if (!*pins.valid && !scramble) return;
        *pins.valid = 0;
        writeRandom();
    }
    void permit(bool allowed) {
        ready = allowed;
        *pins.ready = allowed;
    }
};

// `Model` has low(), which ends with all settled before the clock edge, and high(), which is the edge.
template <typename Model>
class Engine {
public:
    struct Result {
        uint64_t cycles = 0;  // to the last handshake, that cycle included
        uint64_t elapsed = 0;
        uint64_t reached = 0;  // to the cycle in which the port had the value, that cycle included
        Fault fault = Fault::None;
        uint32_t faultStream = 0;
    };

    Engine(Model& model, const std::vector<StreamPins>& streams)
        : m_model(model)
        , m_lanes(streams.size()) {
        for (size_t s = 0; s < streams.size(); ++s) {
            Lane& lane = m_lanes[s];
            lane.pins = streams[s];
            for (uint32_t f = 0; f < lane.pins.fields; ++f) {
                const Pin& pin = lane.pins.payload[f];
                for (uint32_t w = 0; w < pin.words(); ++w) lane.mask.push_back(pin.mask(w));
            }
            lane.size = static_cast<uint32_t>(lane.mask.size());
        }
    }

    void begin(uint64_t maxCycles, uint64_t hangCycles, uint64_t drainCycles) {
        m_maxCycles = maxCycles;
        m_hangCycles = hangCycles;
        m_drainCycles = drainCycles;
        m_result = Result{};
        m_open = 0;
        m_counters.clear();
        m_before.clear();
        m_until = Until::None;
        m_rate = m_burst = m_budget = 0;
        m_first = 0;
        m_senders.clear();
        m_receivers.clear();
        m_stalled.clear();
        m_metered.clear();
    }

    // The run ends when a port comes to have a value.
    void until(Pin pin, uint32_t value) {
        m_until = Until::Leaving;
        m_untilPin = pin;
        m_untilValue = value;
    }

    // Bytes a cycle for the lanes whose beats take some, and how many of them can be left over for later.
    void bandwidth(double rate, double burst) {
        m_rate = rate;
        m_burst = burst;
    }

    // All streams have to be told of, in order. Beats to send or the number to receive. Returns the number of the first beat with
    // bits above its field's width (those would be lost), or -1 when all is well.
    int64_t lane(uint32_t stream, const uint32_t* words, uint64_t beats, uint32_t stall, uint32_t seed, bool scramble,
                 uint32_t bytes) {
        Lane& lane = m_lanes[stream];
        lane.beats = beats;
        lane.done = lane.lastBeat = 0;
        lane.stall = stall;
        lane.bytes = bytes;
        lane.scramble = scramble;
        lane.random.seed(seed);
        lane.waiting = lane.ready = lane.valid = false;
        lane.beat.assign(lane.size, 0);
        if (beats != unlimited) m_open += beats;
        if (bytes != 0) m_metered.push_back(&lane);
        if (!lane.pins.input) {
            lane.words.clear();
            if (beats != unlimited) lane.words.reserve(beats * lane.size);
            m_receivers.push_back(&lane);
            if (stall != 0 && bytes == 0) m_stalled.push_back(&lane);
            return -1;
        }
        lane.writeRandom();
        if (beats != 0 || scramble) m_senders.push_back(&lane);
        lane.words.assign(words, words + beats * lane.size);
        for (uint64_t i = 0; i < lane.words.size(); ++i) {
            if (lane.words[i] & ~lane.mask[i % lane.size]) return static_cast<int64_t>(i / lane.size);
        }
        return -1;
    }

    void count(const uint8_t* bit) { m_counters.push_back({bit, 0}); }

    // Runs until an end, or for `limit` cycles. At an end the testbench leaves the streams alone.
    Outcome go(uint64_t limit) {
        for (Lane* const lane : m_receivers) {
            if (lane->stall == 0) lane->permit(true);
        }
        const Outcome outcome = advance(limit);
        if (outcome != Outcome::More) idle();
        return outcome;
    }

    // Withdraws what the testbench offers, so that nothing moves in cycles outside a run.
    void idle() {
        for (Lane& lane : m_lanes) {
            if (lane.pins.input) {
                *lane.pins.valid = 0;
            } else {
                *lane.pins.ready = 0;
            }
        }
    }

    const Result& result() const { return m_result; }
    Until untilState() const { return m_until; }
    const std::vector<Lane>& lanes() const { return m_lanes; }
    uint64_t counted(uint32_t index) const { return m_counters[index].cycles; }
    const std::vector<uint32_t>& before() const { return m_before; }

private:
    struct Counter {
        const uint8_t* bit;
        uint64_t cycles;
    };

    Outcome advance(uint64_t limit) {
        for (;; --limit) {
            const bool over = m_open == 0 && (m_until == Until::None || m_until == Until::Reached);
            const uint64_t quiet = m_result.elapsed - std::max(m_result.cycles, m_result.reached);
            if (over && quiet >= m_drainCycles) return Outcome::Done;
            if (!over && quiet >= m_hangCycles) return Outcome::Hang;
            if (m_result.elapsed >= m_maxCycles) return Outcome::Timeout;
            if (limit == 0) return Outcome::More;
            drive();
            m_model.low();
            if (!check()) return Outcome::Fault;
            book();
            look();
            for (Counter& counter : m_counters) counter.cycles += *counter.bit;
            m_model.high();
            ++m_result.elapsed;
        }
    }

    void drive() {
        for (size_t i = 0; i < m_senders.size(); ++i) {
            Lane& lane = *m_senders[i];
            if (lane.waiting || (lane.bytes != 0 && lane.open())) continue;
            if (lane.open() && !lane.stalls()) {
                lane.offer();
                continue;
            }
            lane.withhold();
            // What has been sent, and stays as it is, costs no more.
            if (!lane.open() && !lane.scramble) m_senders.erase(m_senders.begin() + i--);
        }
        for (Lane* const lane : m_stalled) lane->permit(!lane->stalls());
        if (!m_metered.empty()) meter();
    }

    // The streams that share the bandwidth take turns, from the first one that went without in an earlier cycle on. A beat may
    // move while any budget is left; what it takes beyond it is missing from later cycles. Beats that the design offers are paid
    // for when they move, see book().
    void meter() {
        m_budget = std::min(m_budget + m_rate, m_burst);
        const size_t streams = m_metered.size();
        size_t refused = streams;
        for (size_t i = 0, at = m_first; i < streams; ++i, ++at) {
            if (at == streams) at = 0;
            Lane& lane = *m_metered[at];
            if (lane.waiting && lane.pins.input) continue;
            if (!lane.open()) {
                if (!lane.pins.input) lane.permit(!lane.stalls());
                continue;
            }
            const bool goes = m_budget > 0;
            const bool stalls = lane.stalls();
            if (!goes && !stalls && refused == streams) refused = at;
            if (!lane.pins.input) {
                lane.permit(goes && !stalls);
            } else if (goes && !stalls) {
                lane.offer();
                m_budget -= lane.bytes;
            } else {
                lane.withhold();
            }
        }
        if (refused != streams) m_first = refused;
    }

    // Checks what the design offers against the rules: an offered beat stays, unchanged, until it is taken.
    bool check() {
        for (Lane* const each : m_receivers) {
            Lane& lane = *each;
            lane.valid = *lane.pins.valid;
            if (!lane.valid) {
                if (lane.waiting) return fail(Fault::Retracted, lane);
                continue;
            }
            if (lane.waiting) m_before = lane.beat;
            lane.read(lane.beat.data());
            if (lane.waiting && m_before != lane.beat) return fail(Fault::Unstable, lane);
            // A stream that is never ready isn't looked at in this run; what waits there may be for the next.
            if (!lane.open() && lane.stall < neverReady) return fail(Fault::Extra, lane);
            lane.waiting = !lane.ready;
        }
        return true;
    }

    // Books the handshakes that the coming clock edge completes.
    void book() {
        for (Lane* const lane : m_senders) {
            if (!lane->waiting || !*lane->pins.ready) continue;
            lane->waiting = false;
            moved(*lane);
        }
        for (Lane* const lane : m_receivers) {
            if (!lane->valid || !lane->ready) continue;
            lane->words.insert(lane->words.end(), lane->beat.begin(), lane->beat.end());
            m_budget -= lane->bytes;
            moved(*lane);
        }
    }

    void moved(Lane& lane) {
        ++lane.done;
        if (lane.beats != unlimited) --m_open;
        lane.lastBeat = m_result.cycles = m_result.elapsed + 1;
    }

    void look() {
        if (m_until == Until::None || m_until == Until::Reached) return;
        uint32_t value = 0;
        m_untilPin.read(&value);
        if (value != m_untilValue) {
            m_until = Until::Coming;
        } else if (m_until == Until::Coming) {
            m_until = Until::Reached;
            m_result.reached = m_result.elapsed + 1;
        }
    }

    bool fail(Fault fault, const Lane& lane) {
        m_result.fault = fault;
        m_result.faultStream = static_cast<uint32_t>(&lane - m_lanes.data());
        return false;
    }

    Model& m_model;
    std::vector<Lane> m_lanes;
    std::vector<Lane*> m_senders;    // input streams that have beats left, or are scrambled
    std::vector<Lane*> m_receivers;  // output streams
    std::vector<Lane*> m_stalled;    // of these, those that are ready at random, whatever the bandwidth
    std::vector<Lane*> m_metered;    // streams that share the bandwidth
    std::vector<Counter> m_counters;
    std::vector<uint32_t> m_before;  // the waiting beat, before the design changed it
    Result m_result;
    uint64_t m_maxCycles = 0;
    uint64_t m_hangCycles = 0;
    uint64_t m_drainCycles = 0;
    uint64_t m_open = 0;  // beats that are still to move, where it is known how many
    Until m_until = Until::None;
    Pin m_untilPin{};
    uint32_t m_untilValue = 0;
    double m_rate = 0;
    double m_burst = 0;
    double m_budget = 0;  // bytes; below 0 what earlier beats took too much
    size_t m_first = 0;
};

}  // namespace saccade
#endif
