from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("market", "0003_boards"),
    ]

    operations = [
        migrations.AddField(
            model_name="tariffrow",
            name="agreed_by",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]
