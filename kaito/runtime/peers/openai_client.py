"""Asks a running server with the `openai` package; openai_peer_test.py starts one.

    python3 kaito/runtime/peers/openai_client.py http://127.0.0.1:5000/v1

Prints "fine", or ends with the assertion that failed.
"""

import sys

import real_libraries  # noqa: F401  Before the next.
import openai

QUESTION = [{"role": "user", "content": "What is QLoRA?"}]
ANSWER = "QLoRA is LoRA on top of a base model that is stored in four bits."


def check_models(client):
    models = client.models.list().data
    assert models and models[0].object == "model", models
    return models[0].id


def check_chat(client, model):
    whole = client.chat.completions.create(
        model=model, messages=QUESTION, temperature=0, logprobs=True, top_logprobs=2
    )
    choice = whole.choices[0]
    assert choice.message.content == ANSWER, choice
    assert choice.message.role == "assistant"
    assert choice.finish_reason == "stop"
    assert len(choice.logprobs.content) == whole.usage.completion_tokens
    assert len(choice.logprobs.content[0].top_logprobs) == 2
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    several = client.chat.completions.create(
        model=model, messages=QUESTION, n=3, seed=7, temperature=1.5, max_tokens=8
    )
    again = client.chat.completions.create(
        model=model, messages=QUESTION, n=3, seed=7, temperature=1.5, max_tokens=8
    )
    texts = [c.message.content for c in several.choices]
    assert texts == [c.message.content for c in again.choices], texts
    assert [c.index for c in several.choices] == [0, 1, 2]


def check_stream(client, model):
    text, finish, usage = "", None, None
    for chunk in client.chat.completions.create(
        model=model,
        messages=QUESTION,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
    ):
        if chunk.usage:
            usage = chunk.usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    assert text == ANSWER, text
    assert finish == "stop"
    assert usage.completion_tokens > 10


def check_completions(client, model):
    prompt = "<|user|>\nWhat is QLoRA?<|end|>\n<|assistant|>\n"
    whole = client.completions.create(
        model=model, prompt=[prompt, prompt], temperature=0, max_tokens=60, logprobs=1
    )
    assert [c.text for c in whole.choices] == [ANSWER, ANSWER], whole
    stopped = client.completions.create(
        model=model, prompt=prompt, temperature=0, max_tokens=60, stop=[" base model"]
    )
    assert stopped.choices[0].text == "QLoRA is LoRA on top of a", stopped
    text = "".join(
        chunk.choices[0].text
        for chunk in client.completions.create(
            model=model, prompt=prompt, temperature=0, max_tokens=60, stream=True
        )
    )
    assert text == ANSWER, text


def check_errors(client, model):
    for expected, wanted in [
        (openai.NotFoundError, {"model": "no-such-model"}),
        (openai.BadRequestError, {"top_p": 3}),
        (openai.BadRequestError, {"max_tokens": 1 << 30}),
        (openai.BadRequestError, {"messages": []}),
    ]:
        try:
            client.chat.completions.create(**{"model": model, "messages": QUESTION, **wanted})
        except expected as error:
            assert error.body["message"], error
        else:
            raise AssertionError(f"{wanted} was accepted")


def main():
    client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
    model = check_models(client)
    check_chat(client, model)
    check_stream(client, model)
    check_completions(client, model)
    check_errors(client, model)
    print("fine")


main()
